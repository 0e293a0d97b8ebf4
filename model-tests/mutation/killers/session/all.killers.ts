import { registerKillers } from '../register.ts';

registerKillers('session');
