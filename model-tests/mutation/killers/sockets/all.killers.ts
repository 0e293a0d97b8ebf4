import { registerKillers } from '../register.ts';

registerKillers('sockets');
