import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SessionRow } from '../../contract.ts';
import type { SessionFilter } from '../source/source.ts';
import type { PartProps } from './props.ts';
import { Rows } from './rows.tsx';

const PAGE = 100;
const anything: SessionFilter = { role: '', state: '', mode: '', code: '', text: '' };

/** Sessions of one listener, by what they have. */
export function Sessions({ viewer, state, opened }: PartProps) {
  const [filter, setFilter] = useState(anything);
  /** The row that the cursor keys have gone to. */
  const [cursor, setCursor] = useState(-1);
  const [total, setTotal] = useState<number>();
  const pages = useMemo(() => new Map<number, readonly SessionRow[]>(), [opened.id, filter, opened.moments, opened.sessions]);
  const load = async (from: number, to: number) => {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page += 1) {
      if (pages.has(page)) continue;
      const window = await viewer.source.sessions(opened.id, filter, page * PAGE, PAGE);
      pages.set(page, window.sessions);
      setTotal(window.total);
    }
  };
  useEffect(() => {
    load(0, 1).catch((error: unknown) => viewer.fail(error));
  }, [pages]);
  const narrow = (change: Partial<SessionFilter>) => {
    setFilter({ ...filter, ...change });
    setCursor(-1);
  };
  const facts = opened.sessionFacts;
  const choice = (name: keyof SessionFilter, label: string, values: readonly string[]) => (
    <label>
      <span>{label}</span>
      <select value={filter[name]} onChange={({ currentTarget: { value } }) => narrow({ [name]: value })}>
        <option value="">any</option>
        {values.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
  return (
    <div class="sessions">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {choice('mode', 'Mode', facts.modes)}
        {choice('state', 'State', facts.states)}
        {choice('code', 'Failure', facts.codes)}
        <label>
          <span>Name</span>
          <input type="search" value={filter.text} onInput={({ currentTarget: { value } }) => narrow({ text: value })} />
        </label>
      </form>
      <p class="quiet" role="status">
        {total === undefined ? '…' : total.toLocaleString('en')} of {opened.sessions.toLocaleString('en')} sessions
      </p>
      <Rows
        total={total ?? 0}
        rowHeight={46}
        label="Sessions"
        current={Math.min(cursor, (total ?? 0) - 1)}
        onMove={setCursor}
        version={pages}
        load={load}
        onPick={(place) => {
          setCursor(place);
          const row = pages.get(Math.floor(place / PAGE))?.[place % PAGE];
          if (row !== undefined) void viewer.filter(row.id).then(() => viewer.go(row.last));
        }}
        row={(place) => {
          const row = pages.get(Math.floor(place / PAGE))?.[place % PAGE];
          return row === undefined ? <span class="quiet">…</span> : <SessionLine row={row} isShown={row.id === state.session} />;
        }}
      />
    </div>
  );
}

function SessionLine({ row, isShown }: { readonly row: SessionRow; readonly isShown: boolean }) {
  return (
    <div class="session" data-outcome={row.outcome} data-shown={isShown}>
      <i aria-hidden="true" />
      <b>{row.id}</b>
      <span class="quiet">{[row.role, row.mode].filter((part) => part !== undefined).join(' · ')}</span>
      <span class="path">{row.state}</span>
      <span class={row.code === undefined ? 'quiet' : 'fault-text'}>{row.code ?? row.outcome}</span>
    </div>
  );
}
