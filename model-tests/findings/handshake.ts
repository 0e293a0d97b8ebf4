/** What exploring has found of the handshake, in words; `npm run findings` adds the runs and the pictures. */
import { handshakeSystems } from '../drive/handshake/explored/index.ts';
import type { NamedComposition } from '../explore/named-runs.ts';
import type { Finding } from './page.ts';

export const introduction = `# What exploring has found

The **described** variant is the handshake exactly as the source text has it, and nothing else; the **hardened** one is what stpconnect implements. Exploring the described one finds its faults, each
with a shortest run; exploring the hardened one with the same properties finds none of them, with one power of an intruder left that is told at the end. This page is made by
\`npm run findings\`; \`stpconnect replay\` shows each run again, also as Mermaid or SVG.`;

const compositions = [...handshakeSystems({ variant: 'described' }), ...handshakeSystems({ relay: true })];

function called(id: string): NamedComposition<unknown> {
  const found = compositions.find((composition) => composition.id === id);
  if (found === undefined) throw new RangeError(`there is no composition ${id}`);
  return found as NamedComposition<unknown>;
}

const described = '--variant described --servers 2 --intruder';

export const findings: readonly Finding[] = [
  {
    slug: 'two-servers',
    title: 'Two servers at once',
    before:
      'Behind step 122 the client process "falls into a loop" and takes the next connection on the WKP for the second one (step 124). The text gives it nothing to tell a first connection from a second.',
    after:
      'A server process’s first connection is taken for another one’s second: two processes share a set of connections. HELLO, the first frame of a first connection, closes the hole.',
    composition: called('described.network.two-servers'),
    property: 'pairing',
    explore: described,
  },
  {
    slug: 'descriptor-reuse',
    title: 'A descriptor that is used again',
    before:
      'The file descriptor of step 122 is a small number, and the system gives small numbers out again as soon as they are free.',
    after:
      'A number of an attempt that has ended is accepted for one that came later. The attempt ends here because the client process is killed and started again: the text knows no time limit that could end it. A tag over both nonces closes the hole.',
    composition: called('described.network.descriptor-reuse'),
    property: 'noStaleNumber',
    explore: described,
  },
  {
    slug: 'port-reuse',
    title: 'A dynamic port that is used again',
    before: 'The same in storage mode: the port of steps 162 to 170 was free again and was given to somebody else.',
    after:
      'A server process that was told the number before connects to whoever listens there now. The generation in PORT and the tag in GROUP close the hole.',
    composition: called('described.storage.port-reuse'),
    property: 'noStaleNumber',
    explore: described,
  },
  {
    slug: 'intruder-network',
    title: 'An intruder on the network',
    before: 'Whoever can reach the WKP can connect to it, and the descriptor is a small number that can be guessed.',
    after: 'Somebody who knows nothing owns a channel of the session. The tag, keyed with a secret, closes the hole.',
    composition: called('described.network.intruder'),
    property: 'noIntruder',
    explore: described,
  },
  {
    slug: 'intruder-array',
    title: 'An intruder in the array',
    before: 'Whoever is attached to the array can connect to the dynamic port, and the first one is accepted (step 198).',
    after: 'Somebody who knows nothing names the group (step 200) and has the session. The tag in GROUP closes the hole.',
    composition: called('described.storage.intruder'),
    property: 'noIntruder',
    explore: described,
  },
  {
    slug: 'waiting',
    title: 'Waiting for ever',
    before: 'No step of the text has a time limit.',
    after:
      'One process is killed, and the other one waits for ever. A limit on each wait, and one on the whole handshake, close the hole.',
    composition: called('described.network.waiting'),
    property: 'ends',
    explore: described,
  },
  {
    slug: 'relay',
    title: 'What is left: an eavesdropper who is faster',
    before:
      'The hardened handshake refuses whatever was recorded in an earlier attempt, since both nonces are fresh. It does not bind a tag to a connection: somebody who reads a frame of a live attempt on its way can deliver the same bytes first, on a connection of their own.',
    after:
      'The client process takes the intruder’s connection for the second one. The server process sees its own one refused and resets what it holds, so the session breaks at once, but until then the client process has written to a stranger. Who can do this can also read and take over the TCP connections themselves, which are neither encrypted nor authenticated; [section 3 of the protocol](protocol.md#3-tags) says so.',
    composition: called('hardened.network.relay'),
    property: 'noIntruder: A.first',
    explore: '--relay',
  },
];
