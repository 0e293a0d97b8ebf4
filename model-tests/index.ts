/**
 * From chart to test: a compiler of statecharts, compositions, an explorer, generators of paths, and drivers for implementations.
 * What takes machines (compile, compose, explore, generate) knows nothing of the handshake; what knows it is in drive.
 */
export { type ChartDelay, type ChartTransition, chartDelays, chartTransitions } from './compile/chart-transitions.ts';
export {
  type Beginning,
  CompiledChart,
  CompileError,
  type CompileOptions,
  compile,
  type LocalState,
  type LocalStep,
  leafPaths,
  type RunningDelay,
} from './compile/compile.ts';
export type { ActionOutput, EmitOutput, Message, Output, SendOutput } from './compile/outputs.ts';
export { asTransitionSystem, type SlotValues, viewOf } from './compose/as-transition-system.ts';
export { compose } from './compose/compose.ts';
export { ComposeError } from './compose/compose-error.ts';
export { Composed, isUnexpected, LinkView, MachineView, moveOf } from './compose/composed.ts';
export * from './compose/connection.ts';
export { abort, closeEnd, dial } from './compose/connection-link.ts';
export type * from './compose/description.ts';
export type { ComposedMove, Effect, MoveKind } from './compose/moves.ts';
export * from './compose/system.ts';
export type { Successor, TransitionSystem } from './compose/transition-system.ts';
export type { ChartStep } from './drive/handshake/perform.ts';
export type { PathFailure } from './drive/handshake/run-path.ts';
export { type HandshakeOptions, type HandshakeSuccessor, HandshakeSystem } from './drive/handshake/system.ts';
export * from './drive/handshake/world.ts';
export {
  type Composition,
  compositions,
  type VerifyEvent,
  type VerifyOptions,
  type VerifyRow,
  verify,
  type WkpKind,
  wkpKinds,
} from './drive/verify.ts';
export { delayEvent, withExplicitDelays } from './explicit-delays.ts';
export { check } from './explore/check.ts';
export { UnboundedSlotError } from './explore/domain.ts';
export { type Edge, explore, type Graph, type Vertex, wayTo } from './explore/explore.ts';
export * from './explore/results.ts';
export { ExploreError } from './explore/tables.ts';
export { IncompleteError, type TabulateOptions } from './explore/tabulate.ts';
export { ChartExportError, type ChartFormat, exportChart } from './export.ts';
export { type Claim, exportPromela, type PromelaModel } from './export-promela.ts';
export { exportComposition, PromelaExportError } from './export-promela-composition.ts';
export { type Path, transitionCover } from './generate/transition-cover.ts';
export type { TraceVerdict } from './validate/record.ts';
export { type Dialect, replay } from './validate/replay.ts';
export { validateTrace } from './validate/validate-trace.ts';
