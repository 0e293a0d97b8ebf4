import { useEffect, useState } from 'preact/hooks';
import type { Viewer, ViewerState } from './viewer.ts';

/** The state, and the component is drawn again whenever it changes. */
export function useViewer(viewer: Viewer): ViewerState {
  const [, again] = useState(0);
  useEffect(() => viewer.subscribe(() => again((count) => count + 1)), [viewer]);
  return viewer.state;
}
