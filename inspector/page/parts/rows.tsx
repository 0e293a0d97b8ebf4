import type { ComponentChild } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useWindow } from './use-window.ts';

interface RowsProps {
  readonly total: number;
  readonly rowHeight: number;
  readonly label: string;
  /** The row that is to be seen; -1 for none. */
  readonly current: number;
  readonly head?: ComponentChild;
  readonly width?: number;
  readonly load: (from: number, to: number) => Promise<unknown>;
  /** Changes when what was loaded may have changed. */
  readonly version: unknown;
  readonly row: (place: number) => ComponentChild;
  readonly onPick: (place: number) => void;
  /** The cursor keys have gone to this row. */
  readonly onMove: (place: number) => void;
}

/** A list of any length, of which only what is seen is there. */
export function Rows({ total, rowHeight, label, current, head, width, load, version, row, onPick, onMove }: RowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const { whole, first, last, offset, onScroll } = useWindow(list, total, rowHeight, current);
  const [, again] = useState(0);
  useEffect(() => {
    let isWanted = true;
    const drawAgain = () => isWanted && again((count) => count + 1);
    // What cannot be read stays empty; the page says elsewhere that the server is gone.
    if (last > first) load(first, last).then(drawAgain, () => {});
    return () => {
      isWanted = false;
    };
  }, [first, last, version]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== list.current) return;
    const page = Math.max(1, last - first - 5);
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -page,
      PageDown: page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (by !== undefined) onMove(Math.max(0, Math.min(total - 1, current + by)));
    else if (event.key === 'Enter' && current >= 0) onPick(current);
    else return;
    event.preventDefault();
  };
  const places = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div
      class="rows"
      ref={list}
      tabIndex={0}
      role="listbox"
      aria-label={label}
      aria-activedescendant={current >= first && current < last ? `${label}-${current}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget }) => onScroll(currentTarget.scrollTop)}
    >
      {head}
      <div class="all" role="presentation" style={{ height: `${whole}px`, minWidth: width === undefined ? '' : `${width}px` }}>
        {places.map((place) => (
          <div
            key={place}
            id={`${label}-${place}`}
            class="row"
            role="option"
            aria-selected={place === current}
            aria-setsize={total}
            aria-posinset={place + 1}
            style={{ top: `${place * rowHeight + offset}px`, height: `${rowHeight}px` }}
            onClick={() => onPick(place)}
          >
            {row(place)}
          </div>
        ))}
      </div>
    </div>
  );
}
