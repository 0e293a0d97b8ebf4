/**
 * `stpconnect client`: the client process as a daemon on the host that is backed up.
 */
import { destination, pino } from 'pino';
import { type ClientConfig, describeConfig, readClientConfig } from './client-config.ts';
import { ClientDaemon } from './client-daemon.ts';
import { couldNotRun, explain, HELD } from './outcome.ts';
import { writeLines } from './write-lines.ts';

/** The options of the verb, as the command line has them. */
export interface ClientArguments {
  readonly config: string;
  readonly check?: boolean;
}

/** Runs until SIGTERM or SIGINT, which are its ordinary end. Throws VerbError. */
export async function clientVerb(options: ClientArguments): Promise<number> {
  const config = readClientConfig(options.config);
  if (options.check === true) {
    const meaning = describeConfig(config).map((line) => `  ${line}`);
    await writeLines(process.stdout, () => [`${options.config} is right; the client process`, ...meaning]);
    return HELD;
  }
  // Each line is written before the next thing happens: a log that a crash cuts short ends with a whole line.
  const log = pino({ level: config.log, base: { pid: process.pid } }, destination({ fd: 2, sync: true }));
  const daemon = new ClientDaemon(config, log);
  await daemon.start().catch((error: unknown) => {
    throw couldNotRun(explain(error), error);
  });
  const signal = await untilSignal(() => {
    const again = readAgain(options.config, (reason) =>
      log.error({ event: 'reloadFailed', reason }, 'the old configuration stays'),
    );
    if (again) void daemon.reload(again);
  });
  log.info({ event: 'stopping', signal }, 'stopping');
  await daemon.stop();
  log.info({ event: 'stopped' }, 'stopped');
  return HELD;
}

function readAgain(path: string, complain: (reason: string) => void): ClientConfig | undefined {
  try {
    return readClientConfig(path);
  } catch (error) {
    complain(explain(error));
    return undefined;
  }
}

/** Resolves with the signal that ends the process; a second one ends it as if nobody listened. */
function untilSignal(hangUp: () => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on('SIGHUP', hangUp);
    const end = (signal: NodeJS.Signals) => {
      process.off('SIGTERM', end);
      process.off('SIGINT', end);
      process.off('SIGHUP', hangUp);
      resolve(signal);
    };
    process.on('SIGTERM', end);
    process.on('SIGINT', end);
  });
}
