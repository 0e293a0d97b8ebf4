import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** Browsers draw nothing that is taller than some ten million pixels: beyond this, a pixel of the scroll bar stands for several. */
const TALLEST = 6_000_000;

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

/** What is seen of a list. */
export interface ListWindow {
  /** Of all rows together, as far as the browser is concerned. */
  readonly whole: number;
  /** Rows from here to before there. */
  readonly first: number;
  readonly last: number;
  /** From where a row lies in the list to where it is put. */
  readonly offset: number;
  onScroll(scrollTop: number): void;
}

/** Which rows of a long list are seen; `current` is kept in sight whenever it changes. */
export function useWindow(list: RefObject<HTMLElement | null>, total: number, rowHeight: number, current: number): ListWindow {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const { height: whole, factor } = scaleOf(total, rowHeight, height);
  const most = Math.max(0, total * rowHeight - height);
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
    const place = current * rowHeight;
    if (current >= 0 && (place < top || place + rowHeight > top + height)) scrollTo(place - (height - rowHeight) / 2);
  }, [current, height, total === 0]);
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
  return {
    whole,
    first: Math.max(0, Math.floor(top / rowHeight) - 2),
    last: Math.min(total, Math.ceil((top + height) / rowHeight) + 2),
    offset: top / factor - top,
    onScroll: (scrollTop) => {
      // What was set from here comes back rounded.
      if (Math.abs(scrollTop - top / factor) > 1) setTop(Math.max(0, Math.min(most, scrollTop * factor)));
    },
  };
}

const headHeight = (element: HTMLElement) => element.querySelector<HTMLElement>(':scope > .rows-head')?.offsetHeight ?? 0;
