/** Text that stands in SVG. */
import { oneLine } from '../scenario.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML can hold it, on one line: a character that XML has no way to write becomes the replacement character. */
export function escapeXml(text: string): string {
  return [...oneLine(text)].map((character) => ENTITIES[character] ?? (isXml(character) ? character : '\ufffd')).join('');
}

function isXml(character: string): boolean {
  return !/[\p{Cs}\ufffe\uffff]/u.test(character);
}
