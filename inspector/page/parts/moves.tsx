import type { DriveMove } from '../../contract.ts';
import { download } from '../export/download.ts';
import type { PartProps } from './side.tsx';

const groups: Readonly<Record<DriveMove['group'], string>> = {
  deliver: 'Deliver',
  connection: 'Connections',
  call: 'Outcomes of calls',
  timeout: 'Time limits',
  user: 'Users',
  event: 'Events',
  fault: 'Faults',
  intruder: 'Intruder',
};

/** A button for each thing that may happen next. */
export function Moves({ viewer, state, opened }: PartProps) {
  const { moves, busy } = state;
  const { canAct } = viewer.source;
  if (moves === undefined) return <p class="quiet">Asking what may happen next …</p>;
  const isBehind = state.now < opened.moments - 1;
  const save = async () => {
    const answer = await viewer.act({ do: 'save' });
    if (answer?.file !== undefined) download(answer.file.name, answer.file.type, answer.file.text);
  };
  return (
    <div class="moves scroll" tabIndex={0} role="group" aria-label="What may happen next">
      {!canAct && (
        <p class="notice">
          This address has no token: open the one that the command printed to act. Everything can be looked at.
        </p>
      )}
      {isBehind && (
        <p class="notice">
          You look at moment {state.now + 1} of {opened.moments}; moves go on behind the last.
          <button type="button" class="plain" onClick={() => void viewer.go(opened.moments - 1)}>
            Go there
          </button>
        </p>
      )}
      <div class="tools">
        <button
          type="button"
          disabled={!canAct || busy || !moves.canUndo}
          title="Take the last move back (U)"
          onClick={() => void viewer.act({ do: 'undo' })}
        >
          ↶ Undo
        </button>
        <button type="button" disabled={!canAct || busy || !moves.canUndo} onClick={() => void viewer.act({ do: 'restart' })}>
          ⟲ Begin again
        </button>
        <button
          type="button"
          disabled={!canAct || busy || !moves.canUndo}
          title="The path so far as a file that stpconnect replay and a suite can run"
          onClick={() => void save()}
        >
          ⤓ Save as a test
        </button>
      </div>
      {moves.over !== undefined && <p class="quiet">{moves.over}</p>}
      {(Object.keys(groups) as DriveMove['group'][]).map((group) => {
        const own = moves.moves.map((move, index) => ({ move, index })).filter(({ move }) => move.group === group);
        if (own.length === 0) return null;
        return (
          <section key={group} data-group={group}>
            <h3>{groups[group]}</h3>
            {own.map(({ move, index }) => (
              <button
                key={move.id}
                type="button"
                class={move.fault ? 'move fault' : 'move'}
                disabled={!canAct || busy}
                onClick={() => void viewer.act({ do: 'move', move: move.id })}
              >
                <span>{move.text}</span>
                {index < 9 && <kbd>{index + 1}</kbd>}
              </button>
            ))}
          </section>
        );
      })}
    </div>
  );
}
