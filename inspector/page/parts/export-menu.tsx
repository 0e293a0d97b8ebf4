import { chartSvg } from '../../../model-tests/show/chart/draw.ts';
import type { Chart } from '../../contract.ts';
import { download, pngOf } from '../export/download.ts';
import { MOST_SAVED, savedPage } from '../export/saved-page.ts';
import { sequenceSvg } from '../export/sequence-svg.ts';
import { idsByPath } from '../state/outline.ts';
import type { Viewer, ViewerState } from '../state/viewer.ts';

/** Longer diagrams are pictures that nobody can open. */
const MOST_DRAWN = 400;

/** Files of what is shown. */
export function ExportMenu({ viewer, state }: { readonly viewer: Viewer; readonly state: ViewerState }) {
  const { opened } = state;
  if (opened === undefined) return null;
  const item = (label: string, act: () => Promise<void>) => (
    <button
      key={label}
      type="button"
      onClick={({ currentTarget }) => {
        currentTarget.closest('details')?.removeAttribute('open');
        act().catch((error: unknown) => viewer.fail(error));
      }}
    >
      {label}
    </button>
  );
  const picture = async (name: string, svg: string, kind: 'SVG' | 'PNG') =>
    kind === 'SVG' ? download(`${name}.svg`, 'image/svg+xml', svg) : download(`${name}.png`, 'image/png', await pngOf(svg));
  const first = Math.max(0, state.place - MOST_DRAWN + 1);
  return (
    <details class="menu" onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.removeAttribute('open')}>
      <summary>Export</summary>
      <div>
        {opened.charts.flatMap((chart) =>
          (['SVG', 'PNG'] as const).map((kind) =>
            item(`Chart ${chart.id} as ${kind}`, async () =>
              picture(`chart-${chart.id}`, await chartPicture(viewer, chart), kind),
            ),
          ),
        )}
        {(['SVG', 'PNG'] as const).map((kind) =>
          item(`Sequence diagram as ${kind}`, async () => {
            const { moments } = await viewer.source.moments(opened.id, {
              from: first,
              count: MOST_DRAWN,
              session: state.session,
            });
            await picture('sequence', sequenceSvg(opened, moments), kind);
          }),
        )}
        {!viewer.source.offline &&
          item('All of it as one HTML file', async () => {
            const from = Math.max(0, state.place - MOST_SAVED + 1);
            const excerpt = await viewer.source.excerpt(opened.id, from, MOST_SAVED, state.session);
            download('recording.html', 'text/html', await savedPage(viewer, excerpt));
          })}
      </div>
    </details>
  );
}

/** A chart as it is shown: with the states that are active now, or with its coverage. */
async function chartPicture(viewer: Viewer, chart: Chart): Promise<string> {
  const { outline, geometry } = await viewer.layouts.of(chart);
  const { state } = viewer;
  const counts = state.counts?.charts.find((entry) => entry.chart === chart.id)?.counts;
  if (state.coverage === true && counts !== undefined) return chartSvg(outline, geometry, { coverage: counts });
  const ids = idsByPath(chart.root);
  const machines = state.scene?.machines.filter((machine) => machine.chart === chart.id) ?? [];
  return chartSvg(outline, geometry, { active: machines.flatMap(({ active }) => active.flatMap((path) => ids.get(path) ?? [])) });
}
