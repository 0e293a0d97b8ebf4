import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { chartMargin } from '../../../model-tests/show/chart/draw.ts';
import type { ChartGeometry, Rectangle } from '../../../model-tests/show/chart/geometry.ts';
import { PanZoom } from './pan-zoom.ts';

/** Which part of a chart is seen. */
export interface ChartView {
  /** Whether the active states are kept in the middle: until somebody moves the chart. */
  readonly follows: boolean;
  toggleFollowing(): void;
  zoom(by: number): void;
  fit(): void;
  show(state: string): void;
}

export function useChartView(
  frame: RefObject<HTMLElement | null>,
  picture: RefObject<HTMLElement | null>,
  geometry: ChartGeometry,
  active: readonly string[],
): ChartView {
  const control = useRef<PanZoom | null>(null);
  const [follows, setFollows] = useState(true);
  useEffect(() => {
    if (frame.current === null || picture.current === null) return undefined;
    const size = () => [geometry.width + 2 * chartMargin, geometry.height + 2 * chartMargin] as const;
    control.current = new PanZoom(frame.current, picture.current, size, () => setFollows(false));
    return control.current.listen();
  }, [geometry]);
  useEffect(() => {
    if (!follows || frame.current === null) return undefined;
    const areas = active.flatMap((id) => (geometry.states[id] === undefined ? [] : [geometry.states[id]]));
    const look = () => (areas.length === 0 ? control.current?.fit() : control.current?.show(around(areas)));
    // A frame that has no size yet, or gets another one, is looked at anew.
    const observer = new ResizeObserver(look);
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [active.join(), follows, geometry]);
  return {
    follows,
    toggleFollowing: () => setFollows((before) => !before),
    zoom: (by) => control.current?.zoom(by),
    fit: () => {
      setFollows(false);
      control.current?.fit();
    },
    show: (state) => {
      const area = geometry.states[state];
      if (area === undefined) return;
      setFollows(false);
      control.current?.show(around([area]));
    },
  };
}

/** What holds all of these, in the picture, which has a margin around the chart. */
function around(areas: readonly Rectangle[]): Rectangle {
  const left = Math.min(...areas.map(([x]) => x));
  const top = Math.min(...areas.map(([, y]) => y));
  const right = Math.max(...areas.map(([x, , width]) => x + width));
  const bottom = Math.max(...areas.map(([, y, , height]) => y + height));
  return [left + chartMargin, top + chartMargin, right - left, bottom - top];
}
