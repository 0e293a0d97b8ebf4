/** The colours of a picture, for light and dark, as one style sheet. */

/** Every colour that a picture has. */
export type ColourName =
  | 'page'
  | 'border'
  | 'stripe'
  | 'text'
  | 'muted'
  | 'line'
  | 'head'
  | 'headLine'
  | 'note'
  | 'fault'
  | 'faultArea'
  | 'loop';
export type Palette = Readonly<Record<ColourName, string>>;

/** Text on the page, on stripes and in boxes has a contrast of at least 4.5 in both. */
export const palettes: { readonly light: Palette; readonly dark: Palette } = {
  light: {
    page: '#ffffff',
    border: '#d1d9e0',
    stripe: '#f6f8fa',
    text: '#1f2328',
    muted: '#59636e',
    line: '#a3adb8',
    head: '#e3eefb',
    headLine: '#6f95bf',
    note: '#fff8dc',
    fault: '#b42318',
    faultArea: '#ffefec',
    loop: '#6639ba',
  },
  dark: {
    page: '#0d1117',
    border: '#30363d',
    stripe: '#141a22',
    text: '#e6edf3',
    muted: '#9aa4af',
    line: '#57606a',
    head: '#172a40',
    headLine: '#4f79a8',
    note: '#2b2714',
    fault: '#ff9b87',
    faultArea: '#351a17',
    loop: '#c9a6ff',
  },
};

/** Classes begin with `sd-`, so that a page with several pictures in it gets the same rules several times and nothing else. */
export const styleSheet = [
  '.sd-text{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;white-space:pre}',
  '.sd-halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}',
  '.sd-line{fill:none;stroke-width:1.5px}',
  '.sd-thin{stroke-width:1px}',
  '.sd-dashed{stroke-dasharray:5 4}',
  '.sd-heavy{stroke-width:2.2px;stroke-linecap:round}',
  ...coloured(palettes.light),
  `@media (prefers-color-scheme:dark){${coloured(palettes.dark).join('')}}`,
].join('\n');

function coloured(palette: Palette): string[] {
  return Object.entries(palette).flatMap(([name, colour]) => [
    `.sd-f-${name}{fill:${colour}}`,
    `.sd-s-${name}{stroke:${colour}}`,
  ]);
}
