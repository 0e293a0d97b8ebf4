import type { ArrayState, ConnectionState, Flying } from '../../contract.ts';
import type { Viewer } from '../state/viewer.ts';
import type { PartProps } from './props.ts';

/** What is between the processes: connections with what is on its way, and the storage array. */
export function Wires({ viewer, state, opened }: PartProps) {
  const { scene } = state;
  const nameOf = (id: string) => opened.lifelines.find((lifeline) => lifeline.id === id)?.name ?? id;
  const connections = scene?.connections ?? [];
  return (
    <section class="panel wires" data-part="wires" aria-label="Between them">
      <div class="bar">
        <h2>Between them</h2>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="Connections and array">
        {connections.length === 0 && scene?.array === undefined && <p class="quiet">No connection yet.</p>}
        {connections.map((connection) => (
          <Connection key={connection.id} viewer={viewer} connection={connection} nameOf={nameOf} />
        ))}
        {scene?.array !== undefined && <ArrayView array={scene.array} nameOf={nameOf} />}
        {scene !== undefined && scene.facts.length > 0 && (
          <details class="facts" open={connections.length < 2}>
            <summary>Whatever else is known</summary>
            <dl>
              {scene.facts.map(({ name, value }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </section>
  );
}

interface ConnectionProps {
  readonly viewer: Viewer;
  readonly connection: ConnectionState;
  readonly nameOf: (id: string) => string;
}

function Connection({ viewer, connection, nameOf }: ConnectionProps) {
  const { name, dialer, acceptor, phase, toDialer, toAcceptor } = connection;
  return (
    <article class="wire" data-phase={phase} aria-label={`Connection ${name}, ${phase}`}>
      <header>
        <strong>{name}</strong>
        <span class="badge" data-phase={phase}>
          {phase}
        </span>
      </header>
      <p class="ends">
        <span>{nameOf(dialer)}</span>
        <span>{nameOf(acceptor)}</span>
      </p>
      <Lane viewer={viewer} flying={[...toAcceptor].reverse()} way="right" to={nameOf(acceptor)} />
      <Lane viewer={viewer} flying={toDialer} way="left" to={nameOf(dialer)} />
    </article>
  );
}

interface LaneProps {
  readonly viewer: Viewer;
  readonly flying: readonly Flying[];
  readonly way: 'left' | 'right';
  readonly to: string;
}

/** One direction; the oldest is nearest to where it goes. */
function Lane({ viewer, flying, way, to }: LaneProps) {
  return (
    <div class={`lane ${way}`} aria-label={`to ${to}`} role="group">
      {flying.map(({ kind, text, frame }, index) => (
        <button
          key={`${flying.length - index} ${text}`}
          type="button"
          class="flying"
          data-kind={kind}
          disabled={frame === undefined}
          title={frame === undefined ? text : `${text}: read it`}
          onClick={() => viewer.set({ frame, tab: 'moment', panel: 'side' })}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

function ArrayView({ array, nameOf }: { readonly array: ArrayState; readonly nameOf: (id: string) => string }) {
  return (
    <article class="array" aria-label={`Storage array ${array.name}`}>
      <header>
        <strong>array {array.name}</strong>
      </header>
      {array.ports.length > 0 && <h3>Dynamic ports</h3>}
      <ul>
        {array.ports.map(({ port, generation, holder, waiting }) => (
          <li key={`${port}.${generation}`}>
            <b>{port}</b>
            <span>
              {[
                ...(generation === undefined ? [] : [`generation ${generation}`]),
                holder === undefined ? 'free' : nameOf(holder),
                ...(waiting === 0 ? [] : [`${waiting} waiting`]),
              ].join(' · ')}
            </span>
          </li>
        ))}
      </ul>
      {array.groups.length > 0 && <h3>STG groups</h3>}
      {array.groups.map(({ name, size, used, hosts }) => (
        <Meter key={name} name={name} value={used} most={size} note={hosts.join(', ')} />
      ))}
      {array.rings.length > 0 && <h3>Rings</h3>}
      {array.rings.map(({ id, from, to, capacity, filled }) => (
        <Meter key={id} name={id} value={filled} most={capacity} note={`${nameOf(from)} → ${nameOf(to)}`} />
      ))}
    </article>
  );
}

interface MeterProps {
  readonly name: string;
  readonly value: number;
  readonly most: number;
  readonly note: string;
}

function Meter({ name, value, most, note }: MeterProps) {
  return (
    <div class="fill">
      <span>{name}</span>
      <span class="figures">
        {value.toLocaleString('en')} / {most.toLocaleString('en')}
      </span>
      <meter aria-label={`${name}: ${value} of ${most}`} min={0} max={Math.max(1, most)} value={value} />
      {note !== '' && <small>{note}</small>}
    </div>
  );
}
