/**
 * Every offset, size and limit of a frame, in bytes (docs/protocol.md, section 2).
 * impl/protocol is pure: it imports nothing of Node's and nothing of ours from outside this folder; time, chance and HMAC come in as values.
 *
 *     0       4         5      6       8                12
 *     +-------+---------+------+-------+----------------+---------+
 *     | magic | version | type | flags | payload length | payload |
 *     +-------+---------+------+-------+----------------+---------+
 */

/** The ASCII text `STPC`. */
export const MAGIC = 0x53545043;
export const VERSION = 1;
export const FLAGS = 0;

export const MAGIC_OFFSET = 0;
export const VERSION_OFFSET = 4;
export const TYPE_OFFSET = 5;
export const FLAGS_OFFSET = 6;
export const PAYLOAD_LENGTH_OFFSET = 8;
export const HEADER_BYTES = 12;

/** A longer payload is refused from the header, before anything is allocated. */
export const PAYLOAD_LIMIT_BYTES = 4096;

export const NONCE_BYTES = 32;
export const TAG_BYTES = 32;
/** A name or text has a length of one byte in front. */
export const TEXT_LIMIT_BYTES = 255;
export const TEXT_LENGTH_BYTES = 1;

export const U8_LIMIT = 0xff;
export const U32_LIMIT = 0xffff_ffff;

/** The number of connections that make a session: the data and the error channel. */
export const CONNECTIONS = 2;

/** Mode, connections, reserved, nonce. */
export const HELLO_BYTES = 1 + 1 + 2 + NONCE_BYTES;

/** Descriptor, nonce, tag. */
export const DESCRIPTOR_BYTES = 4 + NONCE_BYTES + TAG_BYTES;

/** What a PORT holds besides the array's name: name length, port, generation, nonce, tag. */
export const PORT_FIXED_BYTES = TEXT_LENGTH_BYTES + 4 + 4 + NONCE_BYTES + TAG_BYTES;
/** What a GROUP holds besides the group's name: name length, tag. */
export const GROUP_FIXED_BYTES = TEXT_LENGTH_BYTES + TAG_BYTES;
export const READY_BYTES = TAG_BYTES;

/** What a DECLINE holds besides its text: reason, text length, tag. */
export const DECLINE_FIXED_BYTES = 2 + TEXT_LENGTH_BYTES + TAG_BYTES;
