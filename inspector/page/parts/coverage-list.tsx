import type { PartProps } from './props.ts';

/** How often each transition was taken, and what was not. */
export function CoverageList({ viewer, state }: PartProps) {
  const { counts } = state;
  return (
    <div class="coverage scroll" tabIndex={0} role="group" aria-label="Coverage">
      <label class="check">
        <input
          type="checkbox"
          checked={state.coverage === true}
          onChange={({ currentTarget: { checked } }) => viewer.set({ coverage: checked })}
        />
        Colour the charts by it <kbd>C</kbd>
      </label>
      {counts?.charts.map(({ chart, counts: own, excused }) => {
        const rows = Object.entries(own);
        const missed = rows.filter(([id, count]) => count === 0 && excused[id] === undefined);
        const run = rows.filter(([, count]) => count > 0).length;
        return (
          <section key={chart}>
            <h3>{chart}</h3>
            <div class="fill">
              <span>transitions taken</span>
              <span class="figures">
                {run} / {rows.length}
              </span>
              <meter
                aria-label={`${chart}: ${run} of ${rows.length} transitions taken`}
                min={0}
                max={Math.max(1, rows.length)}
                value={run}
              />
            </div>
            <details open={missed.length < 30}>
              <summary>{missed.length === 0 ? 'Nothing is missing' : `${missed.length} not taken`}</summary>
              <ul>
                {missed.map(([id]) => (
                  <li key={id}>
                    <code>{id.replace(`${chart}.`, '')}</code>
                  </li>
                ))}
              </ul>
            </details>
            {Object.keys(excused).length > 0 && (
              <details>
                <summary>{Object.keys(excused).length} cannot be taken</summary>
                <ul>
                  {Object.entries(excused).map(([id, why]) => (
                    <li key={id}>
                      <code>{id}</code> {why}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </section>
        );
      })}
    </div>
  );
}
