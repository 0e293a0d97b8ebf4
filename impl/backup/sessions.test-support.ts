/** Two processes of a backup in one: sessions of each mode, and an archive in memory. */
import { connect, type Listener, listen, type Mode, type Session, StorageArray } from '../index.ts';
import { BackupError } from './errors.ts';
import { type Served, type ServeOptions, serveSession } from './index.ts';

/** A client process that serves, and a way to dial it. */
export interface Station {
  dial(): Promise<Session>;
  /** How each session was served, in the order of their ends. */
  readonly served: (Served | BackupError)[];
  /** Resolves with how the next session, that has not been asked for, was served. */
  nextServed(): Promise<Served | BackupError>;
  close(): Promise<void>;
}

/** Opens a client process that serves sessions with `options`, in this mode. */
export async function openStation(mode: Mode, options: ServeOptions): Promise<Station> {
  return await openListener(mode, (session) => serveSession(session, options));
}

/** The same with a client process of another kind. */
export async function openListener(mode: Mode, serve: (session: Session) => Promise<Served>): Promise<Station> {
  const memory = StorageArray.create({ name: 'sym0', groups: [{ name: 'STG0', size: 4 << 20, hosts: ['one', 'two'] }] });
  const [there, here] = mode === 'storage' ? ['one', 'two'].map((host) => StorageArray.attach(memory, { host })) : [];
  const served: (Served | BackupError)[] = [];
  const waiting: ((outcome: Served | BackupError) => void)[] = [];
  let asked = 0;
  const note = (outcome: Served | BackupError) => {
    served.push(outcome);
    waiting.shift()?.(outcome);
  };
  const listener: Listener = await listen({
    wkp: 'tcp://127.0.0.1:0',
    array: there,
    onSession: (session) =>
      serve(session).then(note, (error: unknown) =>
        note(error instanceof BackupError ? error : new BackupError('internal', String(error))),
      ),
  });
  return {
    served,
    dial: () => connect({ wkp: listener.address, mode, array: here, ...(mode === 'storage' ? { group: 'STG0' } : {}) }),
    nextServed: () => {
      const done = served[asked];
      asked += 1;
      return done ? Promise.resolve(done) : new Promise((resolve) => void waiting.push(resolve));
    },
    close: async () => {
      await listener.close({ sessions: true });
      there?.close();
      here?.close();
    },
  };
}
