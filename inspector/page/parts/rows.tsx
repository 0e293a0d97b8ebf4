import type { ComponentChild } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Browsers draw nothing that is taller than some ten million pixels: beyond this, a pixel of the scroll bar stands for several. */
export const TALLEST = 6_000_000;

/** How a scroll bar's position and the place in the list belong together. */
export interface Scale {
  /** Of what is scrolled. */
  readonly height: number;
  /** Pixels of the list for one of the scroll bar; 1 unless the list is very long. */
  readonly factor: number;
}

export function scaleOf(total: number, rowHeight: number, viewHeight: number): Scale {
  const whole = total * rowHeight;
  const height = Math.min(whole, TALLEST);
  return { height, factor: height === whole ? 1 : (whole - viewHeight) / (height - viewHeight) };
}

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
  readonly onPick?: (place: number) => void;
}

/** A list of any length, of which only what is seen is there. */
export function Rows(props: RowsProps) {
  const { total, rowHeight, current, load, version, label, onPick } = props;
  const list = useRef<HTMLDivElement>(null);
  /** Pixels from the list's beginning to what is seen; and how many are seen. */
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const [, again] = useState(0);
  const { height: whole, factor } = scaleOf(total, rowHeight, height);
  const most = Math.max(0, total * rowHeight - height);
  const first = Math.max(0, Math.floor(top / rowHeight) - 2);
  const last = Math.min(total, Math.ceil((top + height) / rowHeight) + 2);

  const scrollTo = (wanted: number) => {
    const next = Math.max(0, Math.min(most, wanted));
    setTop(next);
    if (list.current !== null) list.current.scrollTop = next / factor;
  };
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight - headHeight(element)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (current < 0) return;
    const place = current * rowHeight;
    if (place < top || place + rowHeight > top + height) scrollTo(place - (height - rowHeight) / 2);
  }, [current, height, total === 0]);
  useEffect(() => {
    let isWanted = true;
    if (last > first)
      load(first, last).then(
        () => isWanted && again((count) => count + 1),
        () => {},
      );
    return () => {
      isWanted = false;
    };
  }, [first, last, version]);
  useEffect(() => {
    const element = list.current;
    if (element === null || factor === 1) return undefined;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      scrollTo(top + event.deltaY);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });
  const onScroll = ({ currentTarget: { scrollTop } }: { readonly currentTarget: HTMLDivElement }) => {
    // What was set from here comes back rounded.
    if (Math.abs(scrollTop - top / factor) > 1) setTop(Math.max(0, Math.min(most, scrollTop * factor)));
  };
  const offset = top / factor - top;
  const places = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div class="rows" ref={list} tabIndex={0} role="listbox" aria-label={label} onScroll={onScroll}>
      {props.head}
      <div
        class="all"
        role="presentation"
        style={{ height: `${whole}px`, minWidth: props.width === undefined ? '' : `${props.width}px` }}
      >
        {places.map((place) => (
          <div
            key={place}
            class="row"
            role="option"
            aria-selected={place === current}
            aria-setsize={total}
            aria-posinset={place + 1}
            style={{ top: `${place * rowHeight + offset}px`, height: `${rowHeight}px` }}
            onClick={() => onPick?.(place)}
          >
            {props.row(place)}
          </div>
        ))}
      </div>
    </div>
  );
}

const headHeight = (element: HTMLElement) => element.querySelector<HTMLElement>(':scope > .rows-head')?.offsetHeight ?? 0;
