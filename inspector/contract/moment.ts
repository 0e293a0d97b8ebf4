/** What happened, one thing after the other: a part of the contract. */

/** Something that happened, and everything that happened with it. */
export interface Moment {
  /** Counts from 0 in the recording. */
  readonly index: number;
  /** Milliseconds of the recorder's clock; absent where nobody had one. */
  readonly time?: number;
  readonly session?: string;
  /** The lifeline that it mainly happened to. */
  readonly who: string;
  readonly kind: MomentKind;
  /** One line. */
  readonly text: string;
  /** Something that is not supposed to happen, but may. */
  readonly fault: boolean;
  /** What a sequence diagram draws, in order. */
  readonly drawn: readonly Drawn[];
  /** What became of each machine that took part. */
  readonly reactions: readonly Reaction[];
}

/** What kind of thing happened: how it is marked. */
export type MomentKind = 'start' | 'frame' | 'connection' | 'call' | 'timeout' | 'user' | 'fault' | 'event';

/** What a machine did in a moment. */
export interface Reaction {
  /** The machine's id in the scene. */
  readonly machine: string;
  readonly lifeline: string;
  readonly session?: string;
  readonly event: Named;
  /** Paths of active leaf states before and behind it; empty before the start. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Ids of the chart's transitions that were taken; empty where nobody can say. */
  readonly transitions: readonly string[];
  readonly actions: readonly Named[];
}

/** An event or an action, with what it carries. */
export interface Named {
  readonly type: string;
  readonly facts: { readonly [name: string]: unknown };
}

/** An arrow or a note. */
export type Drawn =
  | {
      readonly kind: 'message';
      readonly from: string;
      readonly to: string;
      readonly text: string;
      readonly fault: boolean;
      /** It never arrives. */
      readonly lost: boolean;
      readonly frame?: Frame;
    }
  | { readonly kind: 'note'; readonly over: string; readonly text: string; readonly fault: boolean };

/** A frame on a connection. */
export interface Frame {
  /** In capitals: `HELLO`; `garbage` for bytes that are none. */
  readonly name: string;
  /** The id of the connection in the scene, and its name: `first`, `second`, `array`. */
  readonly connection?: string;
  readonly channel?: string;
  /** Field by field, in order, the header too; without bytes, what the source says of it. */
  readonly fields: readonly Field[];
  /** The whole frame in hexadecimal, two digits a byte; absent where nobody recorded bytes. */
  readonly hex?: string;
  /** `model`: the bytes are an example that the model stands for, with made-up nonces and tags. */
  readonly bytesFrom?: 'wire' | 'model';
}

/** A field of a frame. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** Where it lies in `hex`, in bytes; absent without bytes. */
  readonly offset?: number;
  readonly length?: number;
}
