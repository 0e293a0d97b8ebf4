import { useEffect, useState } from 'preact/hooks';
import type { Viewer, ViewerState } from './viewer.ts';

/** The state, and the component is drawn again whenever it changes. */
export function useViewer(viewer: Viewer): ViewerState {
  const [, again] = useState(0);
  useEffect(() => {
    const drawAgain = () => again((count) => count + 1);
    // Something may have changed between the first drawing and now.
    drawAgain();
    return viewer.subscribe(drawAgain);
  }, [viewer]);
  return viewer.state;
}
