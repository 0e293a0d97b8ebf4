import { conformance } from './conformance.ts';

conformance('simulated');
