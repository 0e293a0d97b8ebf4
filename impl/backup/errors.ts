/** What a backup or a restore can fail with as a whole: one table. What one file fails with is a FileRecord, and ends nothing. */

/** Code and sentence of each failure. */
export const backupFailures = {
  refused: 'The client process refused the request.',
  notAllowed: 'The configuration of the client process does not allow it.',
  requestInvalid: 'The request is not valid.',
  versionUnknown: 'The peer speaks another version of the backup protocol.',
  aborted: 'It was told to stop.',
  peerAborted: 'The peer gave up.',
  idle: 'Nothing moved for as long as the configuration allows.',
  violation: 'The peer sent what the backup protocol does not allow here.',
  sessionBroken: 'The session ended before the work was done.',
  disagreement: 'Both sides do not agree on the bytes of the archive.',
  archiveMalformed: 'These bytes are not a tar archive.',
  archiveTruncated: 'The archive ends early.',
  tooLarge: 'It is larger than the limit that was set.',
  fileFailed: 'The archive could not be read or written.',
  nothingDone: 'Nothing was done.',
  internal: 'The thread that does the work failed.',
} as const satisfies Record<string, string>;

/** A code of BackupError. */
export type BackupFailure = keyof typeof backupFailures;

/** Each BackupFailure. */
export const backupFailureNames = Object.keys(backupFailures) as readonly BackupFailure[];

/** A backup or a restore that failed as a whole. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  /** `detail` is a sentence about this one case, without a secret. */
  constructor(
    readonly code: BackupFailure,
    readonly detail?: string,
    options?: ErrorOptions,
  ) {
    super(detail === undefined ? backupFailures[code] : `${backupFailures[code]} ${detail}`, options);
  }
}

/** The code of an error of the system, such as ENOENT; undefined for other errors. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
