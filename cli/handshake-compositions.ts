/** The compositions of the handshake by the options of `explore`, and by their names. */
import {
  type Catalogue,
  type DrivenRun,
  type DriveOptions,
  driveRun,
  type ExploredMove,
  type ExploredSystem,
  faultKinds,
  type HandshakeChoice,
  type HandshakeComposition,
  handshakeSystems,
  type NamedComposition,
  type NamedRun,
  type Walk,
} from '../model-tests/index.ts';
import { type Changes, type CompositionArguments, readSuffix, suffixOf } from './composition-options.ts';
import { couldNotRun } from './outcome.ts';

/** What the options ask for, smallest first. */
export function composeHandshake(options: CompositionArguments): readonly NamedComposition<unknown>[] {
  const { variant, mode, servers, relay = false, thorough = false, faults } = options;
  insistOn(options);
  const choice: HandshakeChoice = {
    variant,
    ...(mode === 'both' ? {} : { mode }),
    servers,
    relay,
    thorough,
    intruder: options.intruder === true || relay,
    ...(faults === undefined ? {} : { faults }),
  };
  const changes: Changes = {
    ...(variant === 'hardened' && choice.intruder === false ? { withoutIntruder: true } : {}),
    ...(faults === undefined ? {} : { faults }),
  };
  return made(choice).map((composition) => named(composition, suffixOf(changes)));
}

/** Looks a composition up by the name that `explore` prints: `hardened.two-network+intruder=0+reset=2`. */
export const handshakeCatalogue: Catalogue<unknown> = {
  find(id) {
    const plus = id.indexOf('+');
    const [name, suffix] = plus < 0 ? [id, ''] : [id.slice(0, plus), id.slice(plus)];
    const composition = findHandshake(name, suffix);
    return composition && named(composition, suffix);
  },
  examples: ['hardened.network', 'hardened.two-network', 'described.network.two-servers'],
};

/** The composition of this name, before it is called by its whole name. */
function findHandshake(name: string, suffix: string): HandshakeComposition | undefined {
  const changes = readSuffix(suffix);
  if (changes === undefined) return undefined;
  const { withoutIntruder = false, faults } = changes;
  const change: HandshakeChoice = { intruder: !withoutIntruder, ...(faults === undefined ? {} : { faults }) };
  for (const choice of choicesFor(name)) {
    const found = made({ ...choice, ...change }).find(({ id }) => id === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where a composition of this name may be. */
function choicesFor(name: string): readonly HandshakeChoice[] {
  if (name.startsWith('described.')) return [{ variant: 'described' }];
  if (name.endsWith('.relay')) return [{ relay: true }];
  const servers = /^hardened\.(\d{1,2})-/.exec(name)?.[1];
  return servers === undefined ? [{}, { thorough: true }] : [{ servers: Number(servers) }];
}

function insistOn({ variant, relay, thorough, faults, servers }: CompositionArguments): void {
  if (variant === 'described' && (relay || thorough || faults !== undefined)) {
    throw couldNotRun(
      '--relay, --thorough and --faults are for the hardened variant; what may go wrong with the described one is given',
    );
  }
  if (thorough === true && servers !== 2) throw couldNotRun('--thorough is about two server processes');
}

/** @throws VerbError where a budget is for something that cannot happen, or cannot be explored */
function made(choice: HandshakeChoice): readonly HandshakeComposition[] {
  const unknown = Object.keys(choice.faults ?? {}).find((name) => !(faultKinds as readonly string[]).includes(name));
  if (unknown !== undefined) throw couldNotRun(`there is no fault ${unknown}; expected ${faultKinds.join(', ')}`);
  try {
    return handshakeSystems(choice);
  } catch (error) {
    if (error instanceof RangeError) throw couldNotRun(error.message, error);
    throw error;
  }
}

/**
 * Drives the implementation along a run.
 *
 * @throws VerbError for a run of the described variant, which nobody has implemented
 */
export function driveHandshake({ composition, walk }: NamedRun<unknown>, how: DriveOptions): Promise<DrivenRun> {
  const { hardened } = composition as { readonly hardened?: ExploredSystem };
  if (hardened === undefined) {
    throw couldNotRun(`${composition.id} cannot be driven: only the hardened variant of the handshake is implemented`);
  }
  return driveRun(hardened, walk as Walk<ExploredMove>, how);
}

const named = (composition: HandshakeComposition, suffix: string): NamedComposition<unknown> =>
  ({ ...composition, id: `${composition.id}${suffix}` }) as unknown as NamedComposition<unknown>;
