import type { DriveMove, Moves as Possible } from '../../contract.ts';
import { download } from '../export/download.ts';
import { inOrder, moveGroups } from '../state/move-order.ts';
import type { PartProps } from './props.ts';

/** A button for each thing that may happen next. */
export function Moves({ viewer, state, opened }: PartProps) {
  const { moves, busy } = state;
  const { canAct } = viewer.source;
  if (moves === undefined) return <p class="quiet">Asking what may happen next …</p>;
  const isBehind = state.now < opened.moments - 1;
  const ordered = inOrder(moves.moves);
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
      <Tools viewer={viewer} moves={moves} enabled={canAct && !busy && moves.canUndo} />
      {moves.over !== undefined && <p class="quiet">{moves.over}</p>}
      {moveGroups.map(([group, title]) => {
        const own = ordered.map((move, index) => ({ move, index })).filter(({ move }) => move.group === group);
        if (own.length === 0) return null;
        return (
          <section key={group} data-group={group}>
            <h3>{title}</h3>
            {own.map(({ move, index }) => (
              <MoveButton
                key={move.id}
                move={move}
                number={index + 1}
                enabled={canAct && !busy}
                onClick={() => void viewer.act({ do: 'move', move: move.id })}
              />
            ))}
          </section>
        );
      })}
    </div>
  );
}

interface ToolsProps extends Pick<PartProps, 'viewer'> {
  readonly moves: Possible;
  readonly enabled: boolean;
}

function Tools({ viewer, enabled }: ToolsProps) {
  const save = async () => {
    const answer = await viewer.act({ do: 'save' });
    if (answer?.file !== undefined) download(answer.file.name, answer.file.type, answer.file.text);
  };
  const tool = (label: string, title: string, act: () => void) => (
    <button type="button" disabled={!enabled} title={title} onClick={act}>
      {label}
    </button>
  );
  return (
    <div class="tools">
      {tool('↶ Undo', 'Take the last move back (U)', () => void viewer.act({ do: 'undo' }))}
      {tool('⟲ Begin again', 'Take every move back', () => void viewer.act({ do: 'restart' }))}
      {tool('⤓ Save as a test', 'The path so far as a file that stpconnect replay and a suite can run', () => void save())}
    </div>
  );
}

interface MoveProps {
  readonly move: DriveMove;
  readonly number: number;
  readonly enabled: boolean;
  readonly onClick: () => void;
}

function MoveButton({ move, number, enabled, onClick }: MoveProps) {
  return (
    <button type="button" class={move.fault ? 'move fault' : 'move'} disabled={!enabled} onClick={onClick}>
      <span>{move.text}</span>
      {number < 10 && <kbd>{number}</kbd>}
    </button>
  );
}
