/**
 * `stpconnect backup` and `stpconnect restore`: the server process, on the backup server.
 */
import { type BackupError, backup, restore, type Summary } from '../impl/backup/index.ts';
import { type BackupReport, makeReport } from './backup-report.ts';
import { type DialArguments, dial } from './backup-session.ts';
import { watchInterruption } from './interrupt.ts';
import { couldNotRun, explain, HELD, VIOLATED } from './outcome.ts';

interface CommonArguments extends DialArguments {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly idle: number;
}

/** The options of `backup`, as the command line has them. */
export interface BackupArguments extends CommonArguments {
  readonly to: string;
  readonly exclude?: readonly string[];
  readonly oneFileSystem?: boolean;
  readonly maxSize?: number;
}

/** The options of `restore`, as the command line has them. */
export interface RestoreArguments extends CommonArguments {
  readonly strip: number;
}

/** Exit code 0: all; 1: some files failed; 2: nothing was done. Throws VerbError. */
export async function backupVerb(host: string, paths: readonly string[], options: BackupArguments): Promise<number> {
  return await work(host, options, async (session, common, report) => {
    const summary = await backup(session, {
      ...common,
      paths,
      to: options.to,
      exclude: options.exclude,
      oneFileSystem: options.oneFileSystem,
      mostBytes: options.maxSize,
      total: process.stderr.isTTY === true && options.json !== true,
    });
    report.summary(options.dryRun === true ? 'would be backed up' : options.to, summary);
    return summary;
  });
}

/** The same for a restore. */
export async function restoreVerb(file: string, host: string, path: string, options: RestoreArguments): Promise<number> {
  return await work(host, options, async (session, common, report) => {
    const summary = await restore(session, { ...common, from: file, root: path, strip: options.strip });
    report.summary(options.dryRun === true ? 'would be restored' : `restored to ${path}`, summary);
    return summary;
  });
}

type Session = Parameters<typeof backup>[0];
type Common = Pick<Parameters<typeof backup>[1], 'dryRun' | 'idleTimeout' | 'signal' | 'onRecord' | 'onProgress' | 'onEntry'>;

async function work(
  host: string,
  options: CommonArguments,
  run: (session: Session, common: Common, report: BackupReport) => Promise<Summary>,
): Promise<number> {
  const interruption = watchInterruption();
  const { signal } = interruption;
  const report = makeReport(options);
  let release = async () => {};
  try {
    const dialled = await dial(host, options, signal);
    release = dialled.release;
    report.session(dialled);
    const common: Common = {
      dryRun: options.dryRun,
      idleTimeout: options.idle,
      signal,
      onRecord: (record) => report.record(record),
      onProgress: (progress) => report.progress(progress),
      onEntry: (file) => report.entry(file),
    };
    const { outcome } = await run(dialled.session, common, report);
    return outcome === 'complete' ? HELD : VIOLATED;
  } catch (error) {
    report.stop();
    const code = interruption.exitCode();
    if (code !== undefined) return code;
    if (options.json === true) process.stdout.write(`${JSON.stringify({ type: 'failed', ...facts(error) })}\n`);
    throw couldNotRun(explain(error), error);
  } finally {
    await release();
    interruption.release();
  }
}

function facts(error: unknown): { readonly code: string; readonly text: string } {
  const code = error instanceof Error && 'code' in error ? String((error as BackupError).code) : 'internal';
  return { code, text: explain(error) };
}
