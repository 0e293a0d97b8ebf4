/** What a process that is being inspected sends: one JSON object a line. Whoever has the token can send it, so it is checked like a file. */
import { z } from 'zod';
import type { ArrayState } from '../contract.ts';

/** A longer line is none: the largest frame has 4,108 bytes. */
export const MAX_LINE = 64 * 1024;

const size = z.number().nonnegative();
const name = z.string().max(1_000);

const arrayState = z.object({
  name,
  ports: z.array(z.object({ port: size, generation: size.optional(), holder: name.optional(), waiting: size })).max(1_000),
  groups: z.array(z.object({ name, size, used: size, hosts: z.array(name).max(1_000) })).max(1_000),
  rings: z.array(z.object({ id: name, from: name, to: name, capacity: size, filled: size })).max(1_000),
});

const attachLine = z.discriminatedUnion('type', [
  /** The first: who sends. */
  z.object({ type: z.literal('hello'), version: z.literal(1), title: z.string().max(200), pid: size }),
  /** A record of docs/protocol.md, section 9. */
  z.object({ type: z.literal('record'), record: z.unknown() }),
  /** A frame on the wire: before the record of its event where it was received, behind the record that decided it where it is sent. */
  z.object({
    type: z.literal('frame'),
    session: z.string().min(1),
    way: z.enum(['sent', 'received']),
    channel: z.enum(['first', 'second', 'array']),
    hex: z.string().regex(/^(?:[0-9a-f]{2})*$/),
  }),
  /** How the array stands. */
  z.object({ type: z.literal('array'), array: arrayState }),
  /** So many lines were left out here, because nobody took them. */
  z.object({ type: z.literal('lost'), lines: z.int().positive() }),
]);

/** One line. */
export type AttachLine =
  | Exclude<z.infer<typeof attachLine>, { readonly type: 'array' }>
  | { readonly type: 'array'; readonly array: ArrayState };

/** What a line says, or undefined where it says nothing that is understood. */
export function readAttachLine(text: string): AttachLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = attachLine.safeParse(value);
  return parsed.success ? (parsed.data as AttachLine) : undefined;
}
