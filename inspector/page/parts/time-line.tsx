import type { Viewer, ViewerState } from '../state/viewer.ts';

const speeds = [0.5, 1, 2, 5, 20] as const;

/** Play, pause, step, drag: the whole page follows. */
export function TimeLine({ viewer, state }: { readonly viewer: Viewer; readonly state: ViewerState }) {
  const { place, total, playing, moment, session, opened } = state;
  const button = (label: string, sign: string, enabled: boolean, act: () => void, name = 'icon') => (
    <button type="button" class={name} aria-label={label} title={label} disabled={!enabled} onClick={act}>
      {sign}
    </button>
  );
  return (
    <footer class="time">
      <div class="buttons">
        {button('Before the first moment', '⏮', place >= 0, () => void viewer.step(Number.NEGATIVE_INFINITY), 'icon far')}
        {button('One moment back', '◀', place >= 0, () => void viewer.step(-1))}
        <button
          type="button"
          class="icon play"
          aria-label={playing ? 'Pause' : 'Play'}
          title={playing ? 'Pause (space)' : 'Play (space)'}
          disabled={total === 0}
          onClick={() => (playing ? viewer.set({ playing: false }) : void viewer.play())}
        >
          {playing ? '❚❚' : '▶'}
        </button>
        {button('One moment on', '▶', place < total - 1, () => void viewer.step(1))}
        {button('Behind the last moment', '⏭', place < total - 1, () => void viewer.step(Number.POSITIVE_INFINITY), 'icon far')}
      </div>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={moment === undefined ? 'before the first moment' : `${place + 1} of ${total}: ${moment.text}`}
        min={-1}
        max={Math.max(0, total - 1)}
        value={place}
        onInput={(event) => void viewer.goPlace(Number(event.currentTarget.value))}
      />
      <output class="place">
        {(place + 1).toLocaleString('en')} <span>/ {total.toLocaleString('en')}</span>
      </output>
      {opened?.loopFrom !== undefined && place === total - 1 && (
        <button type="button" onClick={() => void viewer.go(opened.loopFrom as number)}>
          ↻ goes on with {opened.loopFrom + 1}
        </button>
      )}
      {session !== undefined && (
        <button type="button" class="chip" title="Show all sessions" onClick={() => void viewer.filter(undefined)}>
          session {session} ✕
        </button>
      )}
      <p class="now" title={moment?.text}>
        {moment?.time !== undefined && <time>{timeText(moment.time)}</time>}
        <span class={moment?.fault === true ? 'fault-text' : ''}>{moment?.text ?? 'before the first moment'}</span>
      </p>
      <label class="speed">
        <span class="hidden">Moments a second</span>
        <select value={state.speed} onChange={(event) => viewer.set({ speed: Number(event.currentTarget.value) })}>
          {speeds.map((speed) => (
            <option key={speed} value={speed}>
              {speed} / s
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}

/** A clock of this century is shown as such, any other as what it counts. */
export function timeText(time: number): string {
  return time > 1e12 ? new Date(time).toISOString().slice(11, 23) : `${time.toLocaleString('en')} ms`;
}
