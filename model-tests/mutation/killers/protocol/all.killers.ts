import { registerKillers } from '../register.ts';

registerKillers('protocol');
