/** What is composed: the options of `explore`, and the part of a composition's name that says them. */
import { InvalidArgumentError } from 'commander';

/** How often each kind of fault may happen in one run. */
export type FaultArguments = Readonly<Record<string, number>>;

/** What is to be explored. */
export interface CompositionArguments {
  readonly variant: 'described' | 'hardened';
  readonly mode: 'network' | 'storage' | 'both';
  readonly servers: number;
  readonly intruder?: boolean;
  readonly relay?: boolean;
  readonly thorough?: boolean;
  readonly faults?: FaultArguments;
}

/** What makes a composition other than the one that its name is for. */
export interface Changes {
  /** It has an intruder by its name, and is without. */
  readonly withoutIntruder?: boolean;
  /** Other budgets. */
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

/** The part of a name that says what was changed: `+intruder=0+reset=1`, or nothing. */
export function suffixOf({ withoutIntruder, faults = {} }: Changes): string {
  const parts = [
    ...(withoutIntruder === true ? ['intruder=0'] : []),
    ...Object.entries(faults)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name}=${Number.isFinite(count) ? count : 'inf'}`),
  ];
  return parts.map((part) => `+${part}`).join('');
}

/** What such a part says; undefined when it says nothing that can be understood. */
export function readSuffix(suffix: string): Changes | undefined {
  let read: Changes = {};
  for (const part of suffix.split('+').slice(1)) {
    if (part === 'intruder=0') read = { ...read, withoutIntruder: true };
    else if (/^[A-Za-z]+=(\d{1,6}|inf)$/.test(part)) read = { ...read, faults: collectFaults(part, read.faults) };
    else return undefined;
  }
  return suffixOf(read) === suffix ? read : undefined;
}
