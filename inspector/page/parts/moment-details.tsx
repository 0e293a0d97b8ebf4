import type { MachineState, Named, Reaction } from '../../contract.ts';
import { FrameView } from './frame-view.tsx';
import type { PartProps } from './props.ts';
import { timeText } from './time-line.tsx';

/** Everything that is known of the moment that is shown. */
export function MomentDetails({ viewer, state, opened }: PartProps) {
  const { moment, frame, scene } = state;
  const frames = (moment?.drawn ?? []).flatMap((item) =>
    item.kind === 'message' && item.frame !== undefined ? [item.frame] : [],
  );
  const nameOf = (id: string) => opened.lifelines.find((lifeline) => lifeline.id === id)?.name ?? id;
  return (
    <div class="details scroll" tabIndex={0} role="group" aria-label="The moment">
      {frame !== undefined && !frames.includes(frame) && (
        <section>
          <h3>
            Picked{' '}
            <button type="button" class="plain" onClick={() => viewer.set({ frame: undefined })}>
              Close
            </button>
          </h3>
          <FrameView frame={frame} />
        </section>
      )}
      {moment === undefined ? (
        <p class="quiet">Before the first moment.</p>
      ) : (
        <>
          <h3 class={moment.fault ? 'fault-text' : ''}>
            {moment.fault && '⚠ '}
            {moment.text}
          </h3>
          <p class="quiet">
            {[
              `moment ${moment.index + 1}`,
              nameOf(moment.who),
              moment.kind,
              ...(moment.time === undefined ? [] : [timeText(moment.time)]),
            ].join(' · ')}
          </p>
          {moment.session !== undefined && (
            <p class="quiet">
              session {moment.session}{' '}
              <button
                type="button"
                class="plain"
                onClick={() => void viewer.filter(state.session === undefined ? moment.session : undefined)}
              >
                {state.session === undefined ? 'Only this session' : 'All sessions'}
              </button>
            </p>
          )}
          {moment.reactions.map((reaction, index) => (
            <ReactionView key={String(index)} reaction={reaction} name={nameOf(reaction.lifeline)} />
          ))}
          {frames.map((one, index) => (
            <FrameView key={String(index)} frame={one} />
          ))}
        </>
      )}
      {scene !== undefined && scene.machines.length > 0 && (
        <section>
          <h3>How everybody stands</h3>
          <ul class="machines">
            {scene.machines.map((machine) => (
              <MachineLine key={machine.id} machine={machine} name={nameOf(machine.lifeline)} />
            ))}
          </ul>
          {scene.others > 0 && <p class="quiet">and {scene.others.toLocaleString('en')} others</p>}
        </section>
      )}
    </div>
  );
}

function MachineLine({ machine, name }: { readonly machine: MachineState; readonly name: string }) {
  const { label, active, limits, status } = machine;
  return (
    <li>
      <b>{label === undefined ? name : `${name} · ${label}`}</b>
      <span class="path">{active.length === 0 ? '–' : active.join(', ')}</span>
      {limits.length > 0 && <small>◷ {limits.join(', ')}</small>}
      {status !== 'running' && <span class="badge">{status}</span>}
    </li>
  );
}

function ReactionView({ reaction, name }: { readonly reaction: Reaction; readonly name: string }) {
  const { event, from, to, actions } = reaction;
  const moved = from.join() !== to.join();
  return (
    <article class="reaction">
      <p>
        <b>{name}</b> <code class="event">{namedText(event)}</code>
      </p>
      <p class="path">
        {moved && from.length > 0 && <span>{from.join(', ')} → </span>}
        <b>{to.join(', ')}</b>
        {!moved && ' (stays)'}
      </p>
      {actions.length > 0 && (
        <ul class="actions">
          {actions.map((action, index) => (
            <li key={String(index)}>
              <code>{namedText(action)}</code>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

/** `name {fact: value, …}` */
function namedText({ type, facts }: Named): string {
  const list = Object.entries(facts).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return list.length === 0 ? type : `${type} {${list.join(', ')}}`;
}
