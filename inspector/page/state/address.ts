/** What is shown, as the address has it: whoever opens the same address sees the same. */

export const tabs = ['moves', 'moment', 'sessions', 'coverage'] as const;
export type Tab = (typeof tabs)[number];
export const panels = ['charts', 'wires', 'sequence', 'side'] as const;
export type Panel = (typeof panels)[number];

export interface Shown {
  readonly recording?: string | undefined;
  /** -1 before the first moment; undefined: behind the last one. */
  readonly at?: number | undefined;
  readonly session?: string | undefined;
  readonly tab?: Tab | undefined;
  /** The one panel that a small screen has room for. */
  readonly panel?: Panel | undefined;
  /** The panel that fills the page. */
  readonly wide?: Panel | undefined;
  readonly coverage?: boolean | undefined;
  /** Whose states the charts show, by charts: ids of machines. */
  readonly machines?: Readonly<Record<string, string>> | undefined;
}

const MACHINE = 'machine.';

export function readAddress(search: string): Shown {
  const query = new URLSearchParams(search);
  const text = (name: string) => query.get(name) ?? undefined;
  const at = text('at');
  const machines = [...query].flatMap(([name, value]) => (name.startsWith(MACHINE) ? [[name.slice(MACHINE.length), value]] : []));
  const shown = {
    recording: text('recording'),
    at: at !== undefined && /^-?\d{1,15}$/.test(at) ? Number(at) : undefined,
    session: text('session'),
    tab: oneOf(tabs, text('tab')),
    panel: oneOf(panels, text('panel')),
    wide: oneOf(panels, text('wide')),
    coverage: query.has('coverage') || undefined,
    machines: machines.length === 0 ? undefined : (Object.fromEntries(machines) as Record<string, string>),
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined)) as Shown;
}

export function writeAddress({ recording, at, session, tab, panel, wide, coverage, machines }: Shown): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string | number | undefined) => {
    if (value !== undefined) query.set(name, String(value));
  };
  set('recording', recording);
  set('at', at);
  set('session', session);
  set('tab', tab);
  set('panel', panel);
  set('wide', wide);
  if (coverage === true) set('coverage', 1);
  for (const [chart, machine] of Object.entries(machines ?? {})) set(MACHINE + chart, machine);
  return query.size === 0 ? '' : `?${query}`;
}

function oneOf<Name extends string>(names: readonly Name[], name: string | undefined): Name | undefined {
  return names.find((known) => known === name);
}
