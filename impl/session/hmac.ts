/** HMAC-SHA-256 of Node's, behind the port of impl/protocol. */

import { createHmac } from 'node:crypto';
import type { Hmac } from '../protocol/transcript.ts';

export const hmacSha256: Hmac = (key, data) => createHmac('sha256', key).update(data).digest();
