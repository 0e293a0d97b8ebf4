import { conformance } from './conformance.ts';

conformance('array');
