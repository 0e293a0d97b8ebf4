/** What the storage array emulator throws. It knows no sockets; the codes that a socket call can end with are spelled as the socket port spells them. */

/**
 * `configInvalid`: options that cannot be. `memoryInvalid`: not the memory of an array, or of another version. `fileFailed`: the system refused to make or
 * open the file (`cause` says why). `mappingUnavailable`: this machine cannot map memory, koffi is missing. `hostsExhausted`: no free attachment.
 * `detached`: this attachment was closed, or taken back because its heartbeat had stopped. The others are those of socket calls.
 */
export type ArrayErrorCode =
  | 'configInvalid'
  | 'memoryInvalid'
  | 'fileFailed'
  | 'mappingUnavailable'
  | 'hostsExhausted'
  | 'detached'
  | 'addressInUse'
  | 'addressUnavailable'
  | 'connectionRefused'
  | 'backlogFull'
  | 'portsExhausted'
  | 'noBuffers'
  | 'groupUnknown'
  | 'groupRefused'
  | 'groupFull'
  | 'notConnected'
  | 'illegalCall'
  | 'reset';

/** A failure of the array: a stable `code` and one sentence. */
export class ArrayError extends Error {
  override readonly name = 'ArrayError';
  constructor(
    readonly code: ArrayErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
