/** `npm run soak -- --seconds N [--seed S]`; a failure prints the line that brings it back. */
import { soak } from './soak.ts';

// Who reads us may stop reading (head).
process.stdout.on('error', () => {});
process.exitCode = await soak(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
