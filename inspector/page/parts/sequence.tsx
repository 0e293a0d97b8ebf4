import type { Drawn, Frame, Lifeline, Moment } from '../../contract.ts';
import type { Panel } from '../state/address.ts';
import type { Viewer } from '../state/viewer.ts';
import type { PartProps } from './props.ts';
import { Rows } from './rows.tsx';

const ROW = 46;
const SLOT = 21;
/** From the left: the numbers of moments. */
/** From the left, for numbers of so many digits. */
const numbersWidth = (total: number) => 18 + 8 * Math.max(3, total.toLocaleString('en').length);
const LEAST = 150;

/** Who said what to whom, one row for each moment. */
export function Sequence({ viewer, state, opened }: PartProps) {
  const { lifelines } = opened;
  const numbers = numbersWidth(state.total);
  const width = numbers + lifelines.length * LEAST;
  const at = (id: string) => lifelines.findIndex((lifeline) => lifeline.id === id);
  return (
    <section class="panel sequence" data-part="sequence" aria-label="Sequence diagram">
      <div class="bar">
        <h2>Sequence</h2>
        {state.session !== undefined && <span class="who">only session {state.session}</span>}
        <span class="spring" />
        <Wide viewer={viewer} state={state} which="charts" label="Charts over the whole page" sign="▁" />
        <Wide viewer={viewer} state={state} which="sequence" label="Sequence over the whole page" sign="▆" />
      </div>
      {state.total === 0 ? (
        <p class="quiet">Nothing has happened yet.{opened.canDrive ? ' Make a move on the right.' : ''}</p>
      ) : (
        <Rows
          total={state.total}
          rowHeight={ROW}
          label="Moments"
          width={width}
          current={state.place}
          version={`${viewer.state.session} ${opened.moments}`}
          load={(from, to) => viewer.pages.load(from, to)}
          onPick={(place) => void viewer.goPlace(place)}
          onMove={(place) => void viewer.goPlace(place)}
          head={<Heads lifelines={lifelines} width={width} numbers={numbers} />}
          row={(place) => {
            const moment = viewer.pages.peek(place);
            return moment === undefined ? (
              <span class="quiet">…</span>
            ) : (
              <Row viewer={viewer} moment={moment} lifelines={lifelines} at={at} numbers={numbers} />
            );
          }}
        />
      )}
    </section>
  );
}

interface WideProps extends Pick<PartProps, 'viewer' | 'state'> {
  readonly which: Panel;
  readonly label: string;
  readonly sign: string;
}

/** A part of the page takes the room of the others, or gives it back. */
function Wide({ viewer, state, which, label, sign }: WideProps) {
  const isWide = state.wide === which;
  return (
    <button
      type="button"
      class="icon"
      aria-pressed={isWide}
      aria-label={label}
      title={label}
      onClick={() => viewer.set({ wide: isWide ? undefined : which })}
    >
      {sign}
    </button>
  );
}

interface HeadsProps {
  readonly lifelines: readonly Lifeline[];
  readonly width: number;
  readonly numbers: number;
}

function Heads({ lifelines, width, numbers }: HeadsProps) {
  return (
    <div class="rows-head heads" style={{ minWidth: `${width}px` }} aria-hidden="true">
      <span style={{ flexBasis: `${numbers}px` }} />
      {lifelines.map(({ id, name }) => (
        <span key={id}>
          <b>{name}</b>
        </span>
      ))}
    </div>
  );
}

interface RowProps {
  readonly viewer: Viewer;
  readonly moment: Moment;
  readonly lifelines: readonly Lifeline[];
  readonly at: (id: string) => number;
  /** Pixels for the number. */
  readonly numbers: number;
}

/** A moment: what was drawn of it in at most two lines; the rest is in the details. */
function Row({ viewer, moment, lifelines, at, numbers }: RowProps) {
  const items = slotsOf(moment);
  const shown = items.slice(0, 2);
  const isAlone = shown.length === 1;
  const top = isAlone ? 2 : (ROW - shown.length * SLOT) / 2;
  const pick = (frame: Frame | undefined) => (frame === undefined ? undefined : () => viewer.set({ frame, tab: 'moment' }));
  return (
    <div class={`moment${moment.fault ? ' fault' : ''}${isAlone ? ' alone' : ''}`} title={moment.text}>
      <span class="number" style={{ flexBasis: `${numbers}px` }}>
        {(moment.index + 1).toLocaleString('en')}
        {items.length > 2 && <small>+{items.length - 2}</small>}
      </span>
      <div class="lines">
        {lifelines.map(({ id }, index) => (
          <i key={id} class="life" style={{ left: middle(index, lifelines.length) }} />
        ))}
        {shown.length === 0 && <span class="note whole">{moment.text}</span>}
        {shown.map((item, index) =>
          item.kind === 'note' ? (
            <Note key={String(index)} item={item} count={lifelines.length} index={at(item.over)} top={top + index * SLOT} />
          ) : (
            <Message
              key={String(index)}
              item={item}
              count={lifelines.length}
              from={at(item.from)}
              to={at(item.to)}
              top={top + index * SLOT}
              onPick={pick(item.frame)}
            />
          ),
        )}
      </div>
    </div>
  );
}

/** Notes over the same lifeline, one behind the other, are one. */
function slotsOf({ drawn }: Moment): readonly Drawn[] {
  const slots: Drawn[] = [];
  for (const item of drawn) {
    const last = slots.at(-1);
    if (item.kind === 'note' && last?.kind === 'note' && last.over === item.over) {
      slots[slots.length - 1] = { ...last, text: `${last.text}; ${item.text}`, fault: last.fault || item.fault };
    } else {
      slots.push(item);
    }
  }
  return slots;
}

const middle = (index: number, count: number) => `${((index + 0.5) / count) * 100}%`;

interface NoteProps {
  readonly item: Extract<Drawn, { kind: 'note' }>;
  readonly count: number;
  readonly index: number;
  readonly top: number;
}

function Note({ item, count, index, top }: NoteProps) {
  const isAtEdge = index === 0 || index === count - 1;
  return (
    <span
      class={item.fault ? 'note fault' : 'note'}
      style={{ left: middle(index, count), top: `${top + 1}px`, maxWidth: `${(100 / count) * (isAtEdge ? 0.98 : 1.15)}%` }}
      title={item.text}
    >
      {item.fault && '⚠ '}
      {item.text}
    </span>
  );
}

interface MessageProps {
  readonly item: Extract<Drawn, { kind: 'message' }>;
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly onPick: (() => void) | undefined;
}

function Message({ item, count, from, to, top, onPick }: MessageProps) {
  const isToItself = from === to;
  const [left, right] = [Math.min(from, to), isToItself ? from : Math.max(from, to)];
  const way = isToItself ? 'self' : from < to ? 'right' : 'left';
  const width = ((right - left) / count) * 100;
  return (
    <span
      class={`message ${way}${onPick === undefined ? '' : ' frame-of'}${item.fault ? ' fault' : ''}${item.lost ? ' lost' : ''}`}
      style={{ left: middle(left, count), width: isToItself ? '50px' : `${width}%`, top: `${top}px` }}
      onClick={onPick}
    >
      <span class="text">
        {item.fault && '⚠ '}
        {item.text}
      </span>
      <i class="shaft" />
    </span>
  );
}
