import { useState } from 'preact/hooks';
import type { RecordingKind } from '../../contract.ts';
import { applyTheme, keptTheme, themes } from '../state/theme.ts';
import type { Viewer, ViewerState } from '../state/viewer.ts';
import { ExportMenu } from './export-menu.tsx';

const kinds: Readonly<Record<RecordingKind, string>> = {
  model: 'Models, driven by hand',
  implementation: 'The implementation, driven by hand',
  trace: 'Traces',
  path: 'Paths and found runs',
  live: 'Live sessions',
  machine: 'Machines of your own',
  report: 'What a suite covered',
};

/** What is looked at, and what is done with the page as a whole. */
export function Header({ viewer, state }: { readonly viewer: Viewer; readonly state: ViewerState }) {
  const { opened, entries } = state;
  const [theme, setTheme] = useState(keptTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  const isListed = entries.some(({ id }) => id === opened?.id);
  const present = (Object.keys(kinds) as RecordingKind[]).filter((kind) => entries.some((entry) => entry.kind === kind));
  return (
    <header class="head">
      <h1>
        stp<span>connect</span>
      </h1>
      <label class="choose">
        <span class="hidden">Recording</span>
        <select value={opened?.id} onChange={(event) => void viewer.open(event.currentTarget.value)}>
          {opened !== undefined && !isListed && <option value={opened.id}>{opened.title}</option>}
          {present.map((kind) => (
            <optgroup key={kind} label={kinds[kind]}>
              {entries
                .filter((entry) => entry.kind === kind)
                .map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      {opened?.progress.state === 'live' && <span class="badge live">live</span>}
      {viewer.source.offline && <span class="badge">saved file</span>}
      <p class="about" title={opened?.description}>
        {opened?.description}
      </p>
      <ExportMenu viewer={viewer} state={state} />
      <button
        type="button"
        class="icon"
        title={`Theme: ${theme}. Change to ${next}.`}
        aria-label={`Theme: ${theme}. Change to ${next}.`}
        onClick={() => {
          applyTheme(next);
          setTheme(next);
        }}
      >
        {{ auto: '◐', light: '☀', dark: '☾' }[theme]}
      </button>
      <button
        type="button"
        class="icon"
        title="Keys (?)"
        aria-label="Keys"
        onClick={() => (document.getElementById('help') as HTMLDialogElement).showModal()}
      >
        ?
      </button>
    </header>
  );
}
