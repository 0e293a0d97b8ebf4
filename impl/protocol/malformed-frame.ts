/** A frame that is not one: the field that is wrong, what it holds, and what was expected. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
  constructor(
    /** The field, in the words of docs/protocol.md. */
    readonly field: string,
    readonly value: number | string,
    readonly expected: string,
  ) {
    super(`Malformed frame: ${field} is ${value}, expected ${expected}.`);
  }
}
