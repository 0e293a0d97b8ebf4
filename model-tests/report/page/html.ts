/** Text as HTML: everything that a peer, a path or a chart may say goes through here. */

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escaped for text and for attributes in quotes; control characters but line breaks and tabs become the replacement character. */
export function html(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
    .replaceAll(/[^\P{Cc}\n\t]|\p{Cs}/gu, '\ufffd');
}

/** Escaped for a selector's quoted attribute value in a style sheet. */
export function cssString(text: string): string {
  return [...text]
    .map((character) => (/[\w .:-]/.test(character) ? character : `\\${character.codePointAt(0)?.toString(16)} `))
    .join('');
}
