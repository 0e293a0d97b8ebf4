import { memo } from 'preact/compat';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { chartSvg } from '../../../model-tests/show/chart/draw.ts';
import type { LaidOutChart } from '../state/layouts.ts';

interface PictureProps {
  readonly laidOut: LaidOutChart;
  /** Ids of states and of transitions. */
  readonly active: readonly string[];
  readonly taken: readonly string[];
  readonly counts: Readonly<Record<string, number>> | undefined;
}

/** The chart drawn once for as long as it stays the same; marks are put on it afterwards. */
export function ChartPicture({ laidOut, active, taken, counts }: PictureProps) {
  const picture = useRef<HTMLDivElement>(null);
  const svg = useMemo(
    () => chartSvg(laidOut.outline, laidOut.geometry, { bare: true, ...(counts === undefined ? {} : { coverage: counts }) }),
    [laidOut, counts],
  );
  useLayoutEffect(() => mark(picture.current, active, taken), [active.join(), taken.join(), svg]);
  return (
    <div ref={picture}>
      <Drawing svg={svg} />
    </div>
  );
}

// The drawing code escapes whatever a chart says; a test shows it
const Drawing = memo(({ svg }: { readonly svg: string }) => <div dangerouslySetInnerHTML={{ __html: svg }} />);

function mark(picture: HTMLElement | null, active: readonly string[], taken: readonly string[]): void {
  const isAround = (id: string) => active.some((leaf) => leaf === id || leaf.startsWith(`${id}.`));
  for (const node of picture?.querySelectorAll<SVGElement>('[data-state]') ?? []) {
    node.classList.toggle('ch-active', isAround(node.dataset['state'] ?? ''));
  }
  for (const node of picture?.querySelectorAll<SVGElement>('[data-transition]') ?? []) {
    node.classList.toggle('ch-taken', taken.includes(node.dataset['transition'] ?? ''));
  }
}
