/** Light or dark. */

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const KEPT = 'stpconnect theme';

export function keptTheme(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(KEPT)) ?? 'auto';
  } catch {
    // A file that is opened from a disk may have no storage.
    return 'auto';
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // It is light or dark for as long as the page is open.
  }
}
