/**
 * Backup and restore over the two channels of a session: `serveSession` in the client process, `backup` and `restore` in the server process.
 * @module
 */
export { type Served, type ServedRequest, type ServeOptions, serveSession } from './client/serve.ts';
export { BackupError, type BackupFailure, backupFailureNames, backupFailures } from './errors.ts';
export { type FileRecord, type RecordCode, recordSentences, type Severity } from './records.ts';
export { type BackupOptions, backup } from './server/backup.ts';
export type { CommonRequest, ListedFile, Progress, Summary } from './server/outcome.ts';
export { type RestoreOptions, restore } from './server/restore.ts';
export type { TalkSession } from './wire/talk.ts';
