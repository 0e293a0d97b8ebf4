/** What keys do, wherever the focus is, unless something there takes them for itself. */
import { inOrder } from './move-order.ts';
import type { Viewer } from './viewer.ts';

export const keys: readonly (readonly [string, string])[] = [
  ['Space', 'play or pause'],
  ['← →', 'one moment back or on'],
  ['Page ↑ ↓', 'twenty moments back or on'],
  ['Home End', 'before the first moment, behind the last'],
  ['1 … 9', 'make the move with this number'],
  ['U', 'take the last move back'],
  ['↑ ↓ Enter', 'in the list of sessions: choose one and look at it alone'],
  ['C', 'colour the charts by coverage'],
  ['+ − 0 F', 'in a chart: closer, further, all of it, follow the active state'],
  ['arrows', 'in a chart: move it'],
  ['?', 'this list'],
];

/** Listens until the answer is called. */
export function listenToKeys(viewer: Viewer): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTaken(event)) return;
    const act = actionOf(event.key, viewer);
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

/** Whether the focus is on something that has a use for the key. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, select, textarea, dialog') !== null) return true;
  return (key === ' ' || key === 'Enter') && target.closest('button, a, summary') !== null;
}

function actionOf(key: string, viewer: Viewer): (() => void) | undefined {
  const { state } = viewer;
  const move = /^[1-9]$/.test(key) ? inOrder(state.moves?.moves ?? [])[Number(key) - 1] : undefined;
  if (move !== undefined && viewer.source.canAct) return () => void viewer.act({ do: 'move', move: move.id });
  const actions: Readonly<Record<string, () => void>> = {
    ' ': () => (state.playing ? viewer.set({ playing: false }) : void viewer.play()),
    ArrowLeft: () => void viewer.step(-1),
    ArrowRight: () => void viewer.step(1),
    ArrowUp: () => void viewer.step(-1),
    ArrowDown: () => void viewer.step(1),
    PageUp: () => void viewer.step(-20),
    PageDown: () => void viewer.step(20),
    Home: () => void viewer.step(Number.NEGATIVE_INFINITY),
    End: () => void viewer.step(Number.POSITIVE_INFINITY),
    u: () => state.moves?.canUndo === true && void viewer.act({ do: 'undo' }),
    c: () => viewer.set({ coverage: state.coverage !== true }),
    '?': () => (document.getElementById('help') as HTMLDialogElement | null)?.showModal(),
  };
  return Object.hasOwn(actions, key) ? actions[key] : undefined;
}
