import { rolePaths } from './role-paths.ts';

rolePaths('array');
