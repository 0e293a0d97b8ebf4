/**
 * Lines that are printed while they are made, and no faster than somebody reads them.
 */
import type { Writable } from 'node:stream';

/** So many characters are written at a time. */
const CHUNK = 65_536;

/** Writes every line with its line break. Stops, and is content, when the reader has gone: `head` has seen enough. */
export function writeLines(stream: Writable, lines: () => Iterable<string>): Promise<void> {
  return writePieces(stream, withBreaks(lines()));
}

function* withBreaks(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

/** The same with text that has its line breaks. */
export async function writePieces(stream: Writable, pieces: Iterable<string>): Promise<void> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK) continue;
    if (!(await write(stream, text))) return;
    text = '';
  }
  if (text !== '') await write(stream, text);
}

/** Whether the text was taken. */
function write(stream: Writable, text: string): Promise<boolean> {
  return new Promise((resolve) => stream.write(text, (error) => resolve(error === null || error === undefined)));
}
