/** What is composed: the options of `explore`, and the part of a composition's name that says them. */
import { InvalidArgumentError } from 'commander';

/** How often each kind of fault may happen in one run. */
export type FaultArguments = Readonly<Record<string, number>>;

/** What makes a composition. What is not said is as it is by default. */
export interface CompositionArguments {
  readonly variant?: 'described' | 'hardened';
  readonly mode?: 'network' | 'storage' | 'both';
  readonly servers?: number;
  readonly intruder?: boolean;
  readonly relay?: boolean;
  readonly faults?: FaultArguments;
}

/** Adds `NAME=COUNT,…` to those before it; `inf` is any number of times. The names are checked where the faults are known. */
export function collectFaults(text: string, before: FaultArguments = {}): FaultArguments {
  const entries = text.split(',').map((part): [string, number] => {
    const [, name, count] = /^([A-Za-z]+)=(\d{1,6}|inf)$/.exec(part) ?? [];
    if (name === undefined || count === undefined) {
      throw new InvalidArgumentError('expected NAME=COUNT, such as reset=1,crash=1,timeout=inf.');
    }
    return [name, count === 'inf' ? Number.POSITIVE_INFINITY : Number(count)];
  });
  return { ...before, ...Object.fromEntries(entries) };
}

/** The part of a name that says what is not as by default: `+servers=3+intruder+reset=1`, or nothing. */
export function suffixOf({ servers, intruder, relay, faults = {} }: CompositionArguments): string {
  const parts = [
    ...(servers === undefined ? [] : [`servers=${servers}`]),
    ...(intruder === true ? ['intruder'] : []),
    ...(relay === true ? ['relay'] : []),
    ...Object.entries(faults)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name}=${Number.isFinite(count) ? count : 'inf'}`),
  ];
  return parts.map((part) => `+${part}`).join('');
}

/** What such a part says; undefined when it says nothing that can be understood. */
export function readSuffix(suffix: string): CompositionArguments | undefined {
  let read: CompositionArguments = {};
  for (const part of suffix.split('+').slice(1)) {
    const servers = /^servers=(\d{1,2})$/.exec(part)?.[1];
    if (servers !== undefined) read = { ...read, servers: Number(servers) };
    else if (part === 'intruder' || part === 'relay') read = { ...read, [part]: true };
    else if (/^[A-Za-z]+=(\d{1,6}|inf)$/.test(part)) read = { ...read, faults: collectFaults(part, read.faults) };
    else return undefined;
  }
  return suffixOf(read) === suffix ? read : undefined;
}
