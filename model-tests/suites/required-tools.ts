/** Tools that some tests need and a newcomer's machine may lack: then they are skipped and say why, unless the environment requires them. */
import { spawnSync } from 'node:child_process';

/** Names the tools, separated by commas, without which the tests fail instead of being skipped. */
export const requireVariable = 'STPCONNECT_REQUIRE';

/**
 * Whether tests that need `tool` are to be run. Where it is missing they are skipped and the reason is printed.
 *
 * @param tool - a program that answers to `ask`
 * @param environment - where STPCONNECT_REQUIRE is looked up
 * @throws Error when the tool is missing and STPCONNECT_REQUIRE names it: then the file that asks fails.
 * @example
 * describe.skipIf(!requireTool('python3'))('the Python peer', () => { … });
 */
export function requireTool(tool: string, environment: NodeJS.ProcessEnv = process.env, ask = '--version'): boolean {
  const { status } = spawnSync(tool, [ask], { stdio: 'ignore' });
  if (status === 0) return true;
  const required = (environment[requireVariable] ?? '').split(',').map((name) => name.trim());
  if (required.includes(tool)) {
    throw new Error(`${tool} is not there (${tool} ${ask} does not run), and ${requireVariable} says that its tests have to run`);
  }
  console.warn(
    `Skipped: these tests need ${tool}, and ${tool} ${ask} does not run. ${requireVariable}=${tool} makes that a failure.`,
  );
  return false;
}
