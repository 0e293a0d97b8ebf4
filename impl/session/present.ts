/** The table calls for an action only where what it acts on is there; that it is not would be a fault of ours. */

/** `value`, which is there. Throws Error where it is not. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an action was called for without what it acts on');
  return value;
}
