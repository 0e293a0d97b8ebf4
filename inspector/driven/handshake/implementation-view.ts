/** What the implementation did looks like what the model says, with the frames that really crossed the wire. */
import type { ExploredMove } from '../../../model-tests/drive/handshake/explored/moves.ts';
import type { Drawn } from '../../contract.ts';
import type { View } from '../view.ts';
import type { WireFrame } from './implementation.ts';

export class ImplementationView implements View<ExploredMove> {
  readonly #model: View<ExploredMove>;
  readonly #frames: ReadonlyMap<number, WireFrame>;

  /** `frames`: what moves have delivered, by their numbers. */
  constructor(model: View<ExploredMove>, frames: ReadonlyMap<number, WireFrame>) {
    this.#model = model;
    this.#frames = frames;
  }

  get system() {
    return this.#model.system;
  }

  get charts() {
    return this.#model.charts;
  }

  get lifelines() {
    return this.#model.lifelines;
  }

  moment(...[walk, index]: Parameters<View<ExploredMove>['moment']>) {
    const moment = this.#model.moment(walk, index);
    const frame = this.#frames.get(index);
    return frame === undefined ? moment : { ...moment, drawn: moment.drawn.map((one) => onTheWire(one, frame)) };
  }

  scene(...[walk, at]: Parameters<View<ExploredMove>['scene']>) {
    return this.#model.scene(walk, at);
  }

  offer(...[state, choice]: Parameters<View<ExploredMove>['offer']>) {
    return this.#model.offer(state, choice);
  }

  sessions(...[moments]: Parameters<View<ExploredMove>['sessions']>) {
    return this.#model.sessions(moments);
  }
}

function onTheWire(drawn: Drawn, frame: WireFrame): Drawn {
  if (drawn.kind !== 'message' || drawn.frame?.name !== frame.name) return drawn;
  return { ...drawn, frame: { ...drawn.frame, ...frame, bytesFrom: 'wire' } };
}
