import { type Tab, tabs } from '../state/address.ts';
import { CoverageList } from './coverage-list.tsx';
import { MomentDetails } from './moment-details.tsx';
import { Moves } from './moves.tsx';
import type { PartProps } from './props.ts';
import { Sessions } from './sessions.tsx';

const names: Readonly<Record<Tab, string>> = { moves: 'Moves', moment: 'Moment', sessions: 'Sessions', coverage: 'Coverage' };
const parts = { moves: Moves, moment: MomentDetails, sessions: Sessions, coverage: CoverageList } as const;

/** What is read and done beside the pictures. */
export function Side(props: PartProps) {
  const { viewer, state, opened } = props;
  const there = tabs.filter((tab) => (tab !== 'moves' || opened.canDrive) && (tab !== 'sessions' || opened.sessions > 0));
  const chosen = there.find((tab) => tab === state.tab) ?? there[0] ?? 'moment';
  const Part = parts[chosen];
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = there[(there.indexOf(chosen) + by + there.length) % there.length];
    viewer.set({ tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <section class="panel side" data-part="side" aria-label="Details">
      <div class="tabs" role="tablist" aria-label="Details" onKeyDown={onKeyDown}>
        {there.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === chosen}
            aria-controls="tab-panel"
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => viewer.set({ tab })}
          >
            {names[tab]}
            {tab === 'sessions' && <small>{opened.sessions.toLocaleString('en')}</small>}
            {tab === 'moves' && state.moves !== undefined && <small>{state.moves.moves.length}</small>}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} class="tab-panel">
        <Part {...props} />
      </div>
    </section>
  );
}
