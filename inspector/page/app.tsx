/** The whole page: what is looked at above, its parts between, the time line below. */
import { useEffect } from 'preact/hooks';
import { Charts } from './parts/charts.tsx';
import { Header } from './parts/header.tsx';
import { Help } from './parts/help.tsx';
import { Notice } from './parts/notice.tsx';
import { Sequence } from './parts/sequence.tsx';
import { Side } from './parts/side.tsx';
import { TimeLine } from './parts/time-line.tsx';
import { Wires } from './parts/wires.tsx';
import { type Panel, writeAddress } from './state/address.ts';
import { listenToKeys } from './state/keys.ts';
import { useViewer } from './state/use-viewer.ts';
import type { Viewer } from './state/viewer.ts';

const panelNames: Readonly<Record<Panel, string>> = { charts: 'Charts', wires: 'Wires', sequence: 'Sequence', side: 'Details' };

export function App({ viewer }: { readonly viewer: Viewer }) {
  const state = useViewer(viewer);
  const address = writeAddress(state);
  useEffect(() => keepAddress(address), [address]);
  useEffect(() => listenToKeys(viewer), [viewer]);
  useEffect(() => {
    document.title = state.opened === undefined ? 'stpconnect inspect' : `${state.opened.title} · stpconnect inspect`;
  }, [state.opened?.title]);
  const panel = state.panel ?? 'charts';
  // Without anything that happens there is only the chart to look at.
  const isStill =
    state.opened !== undefined && state.opened.moments === 0 && !state.opened.canDrive && state.opened.progress.state === 'whole';
  return (
    <div
      class="app"
      data-panel={panel}
      data-wide={isStill ? 'charts' : state.wide}
      data-ready={String(state.scene?.at === state.now)}
    >
      <Header viewer={viewer} state={state} />
      <Notice viewer={viewer} state={state} />
      {state.opened === undefined ? (
        <main class="empty" aria-busy="true" />
      ) : (
        <main class="panels">
          <Charts viewer={viewer} state={state} opened={state.opened} />
          <Wires viewer={viewer} state={state} opened={state.opened} />
          <Sequence viewer={viewer} state={state} opened={state.opened} />
          <Side viewer={viewer} state={state} opened={state.opened} />
        </main>
      )}
      <TimeLine viewer={viewer} state={state} />
      <nav class="switch" aria-label="Parts of the page">
        {(Object.keys(panelNames) as Panel[]).map((name) => (
          <button key={name} type="button" aria-pressed={panel === name} onClick={() => viewer.set({ panel: name })}>
            {panelNames[name]}
          </button>
        ))}
      </nav>
      <Help />
    </div>
  );
}

function keepAddress(address: string): void {
  // A file that is opened from a disk may not change its address.
  if (location.protocol !== 'file:') history.replaceState(null, '', address === '' ? location.pathname : address);
}
