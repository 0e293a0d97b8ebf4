import type { Viewer, ViewerState } from '../state/viewer.ts';

/** What went wrong, and what the recording itself says of its end. */
export function Notice({ viewer, state }: { readonly viewer: Viewer; readonly state: ViewerState }) {
  const { notice, opened } = state;
  const { problem, conclusion, progress } = opened ?? {};
  const done = progress?.done !== undefined && progress.total ? Math.floor((100 * progress.done) / progress.total) : undefined;
  return (
    <div class="notices" role="status">
      {progress?.state === 'reading' && <p class="notice">Reading{done === undefined ? ' …' : ` … ${done} %`}</p>}
      {problem !== undefined && <p class="notice fault">{problem}</p>}
      {conclusion !== undefined && <p class={conclusion.fault ? 'notice fault' : 'notice'}>{conclusion.text}</p>}
      {notice !== undefined && (
        <p class={notice.fault ? 'notice fault' : 'notice'}>
          {notice.text}
          <button type="button" class="plain" onClick={() => viewer.set({ notice: undefined })}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}
