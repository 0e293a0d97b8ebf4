/**
 * Patterns that name files: `*`, `?`, `[a-z]` inside one part of a path, `**` across parts. They come from a peer, so a match takes time in
 * proportion to pattern times name, whatever both look like; and names are bytes, so those that are not UTF-8 match too.
 */
import { characterLength } from './names.ts';

type Token =
  | { readonly kind: 'literal'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'globstar' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

const SLASH = 0x2f;

/** Whether a name, with slashes and without one at its beginning, is meant. */
export type Matcher = (name: Buffer) => boolean;

/**
 * Whether a name matches one of these patterns. A pattern without a slash is compared with the last part of the name, others with
 * all of it; a slash at the beginning or the end says nothing more.
 */
export function matcherOf(patterns: readonly string[]): Matcher {
  const compiled = patterns.map((pattern) => {
    const bare = pattern.replace(/^\/+/, '').replace(/\/+$/, '');
    return { tokens: tokensOf(codesOf(Buffer.from(bare))), whole: pattern.startsWith('/') || bare.includes('/') };
  });
  return (name) => {
    const codes = codesOf(name);
    const last = codes.slice(codes.lastIndexOf(SLASH) + 1);
    return compiled.some(({ tokens, whole }) => matches(tokens, whole ? codes : last));
  };
}

/** Characters as numbers; a byte that begins none is a number that no character has. */
function codesOf(bytes: Buffer): number[] {
  const codes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    codes.push(length === 0 ? 0xdc00 + (bytes[at] ?? 0) : (bytes.toString('utf8', at, at + length).codePointAt(0) ?? 0));
    at += length || 1;
  }
  return codes;
}

function tokensOf(codes: readonly number[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < codes.length; at += 1) {
    const character = String.fromCodePoint(codes[at] ?? 0);
    if (character === '*' && codes[at + 1] === codes[at]) {
      tokens.push({ kind: 'globstar' });
      at += 1;
      // `**/x` means x at any depth, none included: the slash belongs to the stars.
      if (codes[at + 1] === SLASH) at += 1;
    } else if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[') {
      const end = codes.indexOf(0x5d, at + 2);
      if (end === -1) tokens.push({ kind: 'literal', code: codes[at] ?? 0 });
      else {
        tokens.push(classOf(codes.slice(at + 1, end)));
        at = end;
      }
    } else {
      if (character === '\\' && at + 1 < codes.length) at += 1;
      tokens.push({ kind: 'literal', code: codes[at] ?? 0 });
    }
  }
  return tokens;
}

function classOf(codes: readonly number[]): Token {
  const negated = codes[0] === 0x21 || codes[0] === 0x5e;
  const inside = negated ? codes.slice(1) : codes;
  const ranges: [number, number][] = [];
  for (let at = 0; at < inside.length; at += 1) {
    const from = inside[at] ?? 0;
    const to = inside[at + 1] === 0x2d ? inside[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return { kind: 'class', negated, ranges };
}

/** Follows all ways at once: `places` are the tokens that may come next. */
function matches(tokens: readonly Token[], codes: readonly number[]): boolean {
  let places = new Uint8Array(tokens.length + 1);
  enter(tokens, places, 0, true);
  codes.forEach((code, at) => {
    const next = new Uint8Array(tokens.length + 1);
    const beginning = code === SLASH || at === codes.length - 1;
    tokens.forEach((token, index) => {
      if (places[index] !== 1 || !takes(token, code)) return;
      if (token.kind === 'star' || token.kind === 'globstar') enter(tokens, next, index, token.kind === 'star' || beginning);
      else enter(tokens, next, index + 1, beginning);
    });
    places = next;
  });
  return places[tokens.length] === 1;
}

/** Stars may stand for nothing: to be at one is to be behind it, too; behind `**` only where a part of the path begins or ends. */
function enter(tokens: readonly Token[], places: Uint8Array, index: number, beginning: boolean): void {
  for (let at = index; ; at += 1) {
    places[at] = 1;
    const kind = tokens[at]?.kind;
    if (kind !== 'star' && !(kind === 'globstar' && beginning)) return;
  }
}

function takes(token: Token, code: number): boolean {
  if (token.kind === 'globstar') return true;
  if (token.kind === 'literal') return token.code === code;
  if (code === SLASH) return false;
  if (token.kind !== 'class') return true;
  return token.ranges.some(([from, to]) => code >= from && code <= to) !== token.negated;
}
