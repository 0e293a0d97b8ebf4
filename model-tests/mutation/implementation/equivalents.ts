/** Mutants of the implementation that do what the implementation does, each with the reason. They do not count; one that is killed has no place here. */

/** A mutant, by the code that it changes, and why nobody can tell it from the implementation. */
export interface Equivalent {
  readonly file: string;
  /** The line that it stands in, where the same change is made in several. */
  readonly line?: string;
  readonly original: string;
  readonly mutated: string;
  readonly because: string;
}

/** Several changes for which one reason is enough. */
const alike = (
  file: string,
  because: string,
  ...changes: readonly (readonly [original: string, mutated: string, line?: string])[]
): Equivalent[] =>
  changes.map(([original, mutated, line]) => ({ file, original, mutated, because, ...(line === undefined ? {} : { line }) }));

/** All that are known. */
export const equivalents: readonly Equivalent[] = [
  ...alike(
    'impl/protocol/client.ts',
    'The rows above it take every other value of this fact, and no other limit runs in this state.',
    ["{ pairing: 'tagWrong' }", '{}'],
    ["{ mode: 'storage' }", '{}'],
    ["{ limit: 'firstFrameTimeout' }", '{}'],
    ["{ tag: 'wrong' }", '{}', "{ when: { tag: 'wrong' }, ...refuse('tagWrong') },"],
    ["{ limit: 'lingerTimeout' }", '{}', "timeout: [{ when: { limit: 'lingerTimeout' }, ...closeFirst }],"],
    ["{ limit: 'lingerTimeout' }", '{}', "timeout: [{ when: { limit: 'lingerTimeout' }, ...closeSession }],"],
  ),
  ...alike(
    'impl/protocol/server.ts',
    'The rows above it take every other value of this fact, and no other limit runs in this state.',
    ["{ limit: 'handshakeTimeout' }", '{}'],
    ["{ tag: 'wrong' }", '{}'],
    [
      "{ mode: 'storage' }",
      '{}',
      "{ when: { mode: 'storage' }, next: 'handshaking.storage.awaitingPort', actions: [act('sendHello')] },",
    ],
    ["{ tag: 'right', array: 'unknown' }", '{}'],
  ),
  ...alike('impl/protocol/server.ts', 'A row without actions is a row with none.', ['{ actions: [] }', '{}']),
  ...alike(
    'impl/protocol/server.ts',
    'In these states the first connection does not stand, so a DECLINE on it that the table calls for is not sent.',
    ['mayBeEstablishedThere(state)', 'false'],
  ),
  ...alike(
    'impl/protocol/step.ts',
    'The driver then arms once more what runs already, which changes nothing: no row leads from a state to itself.',
    ['row?.next !== undefined', 'true'],
  ),
  ...alike(
    'impl/protocol/codec.ts',
    'Bytes joined with none are the same bytes; only a copy is saved.',
    ['this.#bytes.length === 0', 'false'],
    ['{ this.#bytes = bytes; return; }', '{}'],
  ),
  ...alike('impl/protocol/codec.ts', 'Decoding throws nothing else.', ['error instanceof MalformedFrame', 'true']),
  ...alike(
    'impl/protocol/pairing.ts',
    'A descriptor is free again only when its socket is closed, and its attempt has been forgotten by then: no two attempts ever have one number.',
    ['this.#waiting.has(descriptor)', 'false'],
    [`\`Descriptor \${descriptor} is already waited for: it is not free.\``, '``'],
    ['this.#waiting.get(descriptor) === attempt', 'true'],
  ),
  ...alike('impl/protocol/transcript.ts', 'Behind the last byte both have nothing, and nothing differs from nothing.', [
    'index < left.length',
    'index <= left.length',
  ]),
  ...alike(
    'impl/session/wkp.ts',
    'A text that fits the pattern has this group: what stands behind ?? is for the compiler and is never used.',
    ["''", '"Stryker was here!"', "const host = tcp[1] ?? tcp[2] ?? '';"],
    [
      "''",
      '"Stryker was here!"',
      "return port <= ARRAY_PORT_LIMIT ? { family: 'array', array: array[1] ?? '', port } : undefined;",
    ],
  ),
  ...alike(
    'impl/session/config.ts',
    'A parse that fails has at least one issue, and an issue has a path and a message: what stands for a missing one is for the compiler.',
    ['issue?.code', 'issue.code'],
    ['issue?.path', 'issue.path'],
    ['issue?.message', 'issue.message'],
    ['[]', '["Stryker was here"]', 'const path = issue?.path ?? [];'],
    ["'valid options'", '""'],
  ),
  ...alike(
    'impl/session/config.ts',
    'The path of an issue leads through values that the schema has looked into, so each of them is there.',
    ['(value as Record<PropertyKey, unknown> | undefined)?.[key]', '(value as Record<PropertyKey, unknown> | undefined)[key]'],
  ),
  ...alike('impl/session/config.ts', 'The error is caught where it is thrown, and of its words nothing is kept.', [
    "'name'",
    '""',
    "textBytes('name', text, 1);",
  ]),
  ...alike('impl/session/config.ts', 'Whoever asks takes undefined for false.', ['{ return false; }', '{}']),
  ...alike(
    'impl/session/failure.ts',
    'Only entering the initial state has no event, and no attempt fails in that.',
    ['event?.reason', 'event.reason'],
    ['event?.type', 'event.type'],
    ['event !== undefined', 'true'],
  ),
  ...alike(
    'impl/session/failure.ts',
    'The type of a frame event is a connection and a name with a point between them, so there is a name.',
    ['name?.toUpperCase', 'name.toUpperCase'],
  ),
  ...alike('impl/session/server-attempt.ts', 'A fall back begins with an event, the DECLINE or the PORT that allows it.', [
    'event?.reason',
    'event.reason',
  ]),
  ...alike(
    'impl/session/server-attempt.ts',
    'A PORT is expected only in storage mode, and without an array there is no attempt in that mode.',
    ['layer.array?.array', 'layer.array.array'],
  ),
  ...alike(
    'impl/session/present.ts',
    'Every action finds what it acts on: that it does not would be a fault of ours, which no peer and no user can bring about.',
    ['value === undefined', 'false'],
    ["'an action was called for without what it acts on'", '""'],
  ),
  ...alike('impl/session/driver.ts', 'The call of begin comes before anything is fed, and sets it.', [
    'false',
    'true',
    '#running = false;',
  ]),
  ...alike(
    'impl/session/driver.ts',
    'No row leads from a state to itself, and where the state is the same the limits that run are those that should: to arm once more changes nothing.',
    ['moved', 'true'],
  ),
  ...alike('impl/session/dial.ts', 'The listener is there only where there is a signal, and is called by it.', [
    'signal?.reason',
    'signal.reason',
  ]),
  ...alike(
    'impl/session/dial.ts',
    'A signal aborts only once.',
    ['{ once: true }', '{}'],
    ['true', 'false', "signal?.addEventListener('abort', abort, { once: true });"],
  ),
];
