/** Well-known ports as text: `tcp://host:port` (an IPv6 address in brackets) or `array://name/port`. */

import type { Address } from '../sockets/sockets.ts';

const TCP = /^tcp:\/\/(?:\[([0-9a-fA-F:.%a-zA-Z0-9]+)\]|([^\s:/[\]]+)):(\d{1,5})$/;
const ARRAY = /^array:\/\/([^/\s]+)\/(\d{1,10})$/;
const TCP_PORT_LIMIT = 65_535;
const ARRAY_PORT_LIMIT = 0xffff_ffff;

/** The address that `text` spells, or undefined where it spells none. Port 0 is an address: listening picks a free port. */
export function parseWkp(text: string): Address | undefined {
  const tcp = TCP.exec(text);
  if (tcp !== null) {
    const port = Number(tcp[3]);
    const host = tcp[1] ?? tcp[2] ?? '';
    return port <= TCP_PORT_LIMIT ? { family: 'tcp', host, port } : undefined;
  }
  const array = ARRAY.exec(text);
  if (array === null) return undefined;
  const port = Number(array[2]);
  return port <= ARRAY_PORT_LIMIT ? { family: 'array', array: array[1] ?? '', port } : undefined;
}

/** The text of an address; a generation is left out. */
export function formatWkp(address: Address): string {
  if (address.family === 'array') return `array://${address.array}/${address.port}`;
  return `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
