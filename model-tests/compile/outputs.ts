/** What a step of a chart gives to others. */
import type { Value } from '../compose/system.ts';

/** An event as a message: its type and whatever it carries. */
export interface Message {
  readonly type: string;
  readonly [key: string]: Value | undefined;
}

/** An action that the environment has to perform, as the chart names it; one without a name is `(anonymous)`. */
export interface ActionOutput {
  readonly kind?: undefined;
  readonly type: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** `sendTo` a name that is no child of the chart: a link or another machine. `type` is that of the event. */
export interface SendOutput {
  readonly kind: 'send';
  readonly type: string;
  readonly to: string;
  readonly event: Message;
  readonly params?: undefined;
}

/** An event that was given to `emit`. */
export interface EmitOutput {
  readonly kind: 'emit';
  readonly type: string;
  readonly event: Message;
  readonly params?: undefined;
}

/** Actions, sends and emits are told apart by their `kind`; actions have none. */
export type Output = ActionOutput | SendOutput | EmitOutput;
