import { useEffect, useState } from 'preact/hooks';
import type { LaidOutChart } from '../state/layouts.ts';
import type { ViewerState } from '../state/viewer.ts';
import { ChartPanel } from './chart.tsx';
import type { PartProps } from './props.ts';

/** All charts of the recording, side by side, in the order of the lifelines. */
export function Charts({ viewer, state, opened }: PartProps) {
  const [laidOut, setLaidOut] = useState<readonly LaidOutChart[]>([]);
  const [shown, setShown] = useState<string>();
  const order = opened.lifelines.flatMap(({ chart }) => chart ?? []);
  const charts = [...opened.charts].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  const key = charts.map(({ fingerprint }) => fingerprint).join();
  useEffect(() => {
    let isWanted = true;
    Promise.all(charts.map((chart) => viewer.layouts.of(chart))).then(
      (ready) => isWanted && setLaidOut(ready),
      (error: unknown) => viewer.fail(error),
    );
    return () => {
      isWanted = false;
    };
  }, [viewer, key]);
  const first = shown ?? chartOf(state) ?? laidOut[0]?.chart.id;
  return (
    <div class="charts" data-part="charts" data-count={laidOut.length}>
      {laidOut.length > 1 && (
        <div class="pick" role="group" aria-label="Chart">
          {laidOut.map(({ chart }) => (
            <button key={chart.id} type="button" aria-pressed={chart.id === first} onClick={() => setShown(chart.id)}>
              {chart.id}
            </button>
          ))}
        </div>
      )}
      {laidOut.map((one) => (
        <div key={one.chart.fingerprint} class="slot" data-first={one.chart.id === first}>
          <ChartPanel viewer={viewer} state={state} opened={opened} laidOut={one} />
        </div>
      ))}
    </div>
  );
}

/** The chart of who did something in the moment. */
function chartOf({ scene, moment }: ViewerState): string | undefined {
  return scene?.machines.find(({ id }) => id === moment?.reactions[0]?.machine)?.chart;
}
