import type { Recording } from '../../contract.ts';
import type { Viewer, ViewerState } from '../state/viewer.ts';

/** What every part of the page gets. */
export interface PartProps {
  readonly viewer: Viewer;
  readonly state: ViewerState;
  readonly opened: Recording;
}
