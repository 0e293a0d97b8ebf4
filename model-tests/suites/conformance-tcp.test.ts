import { conformance } from './conformance.ts';

conformance('tcp');
