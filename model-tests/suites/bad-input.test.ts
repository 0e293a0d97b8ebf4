/** Bad input over each family that the WKP can be in. */
import { realRig } from '../drive/rigs.ts';
import { badInput } from './bad-input.ts';

badInput('tcp', () => realRig('tcp'));
badInput('array', () => realRig('array'));
