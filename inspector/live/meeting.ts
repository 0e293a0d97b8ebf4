/**
 * Where a process that is to be inspected finds the inspector: a file in a folder that only this user can read, with the address and the token.
 */
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const meeting = z.object({ address: z.string(), pid: z.number() });

/** The environment variable that names an inspector's address, with its token. */
export const ADDRESS_VARIABLE = 'STPCONNECT_INSPECT';

/** The folder of this user's meetings. */
export function meetingFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment['XDG_RUNTIME_DIR'] || tmpdir(), `stpconnect-${userInfo().uid}`);
}

/** Says where this inspector is; the answer takes that back, unless another one has said so since. */
export function announce(address: string, folder = meetingFolder()): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOurs(folder)) throw new Error(`the folder ${folder} belongs to somebody else, or others can read it`);
  const file = join(folder, 'inspect.json');
  rmSync(file, { force: true });
  // `wx`: a link that somebody has put there meanwhile is not followed.
  writeFileSync(file, `${JSON.stringify({ address, pid: process.pid })}\n`, { mode: 0o600, flag: 'wx' });
  return () => {
    if (readMeeting(folder) === address) rmSync(file, { force: true });
  };
}

/** The address of the inspector that was announced last; undefined where there is none. */
export function findInspector(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[ADDRESS_VARIABLE] || readMeeting(meetingFolder(environment));
}

function readMeeting(folder: string): string | undefined {
  try {
    if (!isOurs(folder)) return undefined;
    const parsed = meeting.safeParse(JSON.parse(readFileSync(join(folder, 'inspect.json'), 'utf8')));
    return parsed.success ? parsed.data.address : undefined;
  } catch {
    return undefined;
  }
}

/** A folder of this user's that nobody else can look into; where there are no such rights, any folder. */
function isOurs(folder: string): boolean {
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) return false;
  return process.platform === 'win32' || (stats.uid === userInfo().uid && (stats.mode & 0o077) === 0);
}
