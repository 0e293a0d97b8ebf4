/** Small compositions of chance: two machines that send, call, dial, close and crash, links of every kind, budgets, an intruder. */
import fc from 'fast-check';
import { type AnyStateMachine, createMachine, sendTo } from 'xstate';
import type { Description, LinkDescription } from '../compose/description.ts';

/** What a transition does: where it goes, and what is sent on the way. */
interface SmallTransition {
  readonly target: number;
  /** A link or the other machine, and what it gets. */
  readonly sends: readonly (readonly [to: string, type: string])[];
}

interface SmallMachine {
  /** For each state, what the events in it do. */
  readonly states: readonly Readonly<Record<string, SmallTransition>>[];
  /** Sent when it begins. */
  readonly begins: SmallTransition['sends'];
  readonly waits: boolean;
  readonly crashes: boolean;
  readonly restarts: boolean;
  readonly survives: boolean;
}

const MESSAGES = ['m0', 'm1'];
const OWN = ['go', 'stop'];

function smallMachine(links: Readonly<Record<string, LinkDescription<string>>>, name: string, other: string, isPlain: boolean) {
  const sendable = Object.entries(links).flatMap(([link, { kind, ...rest }]) => {
    const all = [...MESSAGES.map((type) => [link, type] as const)];
    if (kind === 'connection') {
      all.push([link, 'link.close'], [link, 'link.reset']);
      if ('dialer' in rest && rest.dialer === name) all.push([link, 'link.dial'], [link, 'link.dial'], [link, 'link.dial']);
    } else if ('from' in rest && rest.from !== name) return [];
    return all;
  });
  const told = Object.entries(links).flatMap(([link, { kind }]) =>
    kind === 'connection' ? ['connected', 'refused', 'accepted', 'ended', 'reset'].map((what) => `${link}.${what}`) : [],
  );
  const send = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...(sendable.length > 0 ? sendable : [[other, 'call'] as const])) },
    { weight: isPlain ? 0 : 1, arbitrary: fc.constant([other, 'call'] as const) },
  );
  const transition = fc.record({ target: fc.nat({ max: 2 }), sends: fc.array(send, { maxLength: 2 }) });
  const state = fc
    .tuple(
      ...[...MESSAGES, ...OWN, ...told, 'call', 'after'].map((type) =>
        fc.option(transition, { freq: 3 }).map((does) => [type, does] as const),
      ),
    )
    .map((entries) => Object.fromEntries(entries.filter(([, does]) => does !== null)) as SmallMachine['states'][number]);
  return fc.record({
    states: fc.array(state, { minLength: 3, maxLength: 3 }),
    begins: fc.array(send, { maxLength: 1 }),
    waits: fc.boolean(),
    crashes: isPlain ? fc.constant(false) : fc.boolean(),
    restarts: fc.boolean(),
    survives: fc.boolean(),
  });
}

function chartOf(id: string, { states, begins }: SmallMachine): AnyStateMachine {
  const does = ({ target, sends }: SmallTransition) => ({
    target: `#${id}.s${target}`,
    actions: sends.map(([to, type]) => sendTo(to, { type })),
  });
  return createMachine({
    id,
    initial: 's0',
    context: ({ input }: { readonly input: unknown }) => ({
      times: (input as { readonly times?: number } | undefined)?.times ?? 0,
    }),
    entry: begins.map(([to, type]) => sendTo(to, { type })),
    states: Object.fromEntries(
      states.map((on, at) => {
        const { after, ...others } = on;
        return [
          `s${at}`,
          {
            on: Object.fromEntries(Object.entries(others).map(([type, each]) => [type, does(each)])),
            ...(after === undefined ? {} : { after: { 1000: does(after) } }),
          },
        ];
      }),
    ),
  } as never);
}

const buffer = (from: string, to: string): fc.Arbitrary<LinkDescription<string>> =>
  fc
    .record({
      kind: fc.constantFrom('channel', 'channel', 'unordered'),
      capacity: fc.integer({ min: 1, max: 3 }),
      whenFull: fc.constantFrom('block', 'drop'),
      loses: fc.boolean(),
      duplicates: fc.boolean(),
    })
    .map((link) => ({ ...link, from, to }) as LinkDescription<string>);

const connection: fc.Arbitrary<LinkDescription<string>> = fc
  .record({ capacity: fc.integer({ min: 1, max: 2 }), resets: fc.boolean(), refuses: fc.boolean() })
  .map((link) => ({ ...link, kind: 'connection', dialer: 'a', acceptor: 'b' }) as const);

const links: fc.Arbitrary<Readonly<Record<string, LinkDescription<string>>>> = fc.oneof(
  fc.record({ there: buffer('a', 'b'), back: buffer('b', 'a') }),
  fc.record({ net: connection }),
  fc.record({ net: connection }),
  fc.record({ net: connection, there: buffer('a', 'b') }),
);

/** Descriptions; some cannot be composed (nobody sends on a link, say), and some have too many states. */
export const smallDescriptions: fc.Arbitrary<Description> = fc.tuple(links, fc.boolean()).chain(([between, isPlain]) =>
  fc
    .record({
      a: smallMachine(between, 'a', 'b', isPlain),
      b: smallMachine(between, 'b', 'a', isPlain),
      budget: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      few: fc.integer({ min: 0, max: 2 }),
      fairEvent: fc.boolean(),
      intrudes: fc.boolean(),
      listens: fc.boolean(),
    })
    .map((small) => descriptionOf(between, small)),
);

interface Small {
  readonly a: SmallMachine;
  readonly b: SmallMachine;
  readonly budget: number;
  readonly few: number;
  readonly fairEvent: boolean;
  readonly intrudes: boolean;
  readonly listens: boolean;
}

function descriptionOf(between: Readonly<Record<string, LinkDescription<string>>>, small: Small): Description {
  const { a, b, budget, few, fairEvent, intrudes, listens } = small;
  const machine = (name: string, { waits, crashes, restarts, survives, ...chart }: SmallMachine) => {
    const accepted = OWN.filter((type) => chart.states.some((state) => type in state));
    return {
      chart: chartOf(name, { waits, crashes, restarts, survives, ...chart }),
      events: accepted.map((event) => (event === 'go' ? event : { event, fair: fairEvent, budget: 3 })),
      unexpected: waits ? ('waits' as const) : ('dropped' as const),
      crashes,
      ...(crashes ? { restarts } : {}),
      ...(survives ? { survives: () => ({ times: 1 }) } : {}),
    };
  };
  const all = Object.values(between);
  const isSome = (test: (link: LinkDescription<string>) => unknown) => all.some((link) => Boolean(test(link)));
  const crashes = a.crashes || b.crashes;
  const hasConnection = isSome(({ kind }) => kind === 'connection');
  const budgets = {
    ...(isSome((link) => 'loses' in link && link.loses) ? { drop: budget } : {}),
    ...(isSome((link) => 'duplicates' in link && link.duplicates) ? { duplicate: budget } : {}),
    ...(isSome((link) => 'resets' in link && link.resets) ? { reset: few } : {}),
    ...(isSome((link) => 'refuses' in link && link.refuses) ? { refuse: few } : {}),
    ...(hasConnection ? { connect: 3 } : {}),
    ...(crashes ? { crash: 1 } : {}),
    ...((a.crashes && a.restarts) || (b.crashes && b.restarts) ? { restart: 1 } : {}),
    timeout: few + 1,
  };
  const injects = Object.keys(between).slice(0, 1);
  const intruder = { injects, guesses: [{ type: 'm0' }], overhears: listens ? Object.keys(between) : [] };
  return {
    machines: { a: machine('a', a), b: machine('b', b) },
    links: between,
    environment: { ...budgets, ...(intrudes ? { intruder, inject: 2 } : {}) },
  };
}
