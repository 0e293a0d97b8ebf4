/** A description that does not fit together, or a machine that does in a composition what it must not: names the place. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
}
