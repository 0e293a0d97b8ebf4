/**
 * From chart to test: a compiler of statecharts, compositions, an explorer, generators of paths, and drivers for implementations.
 * What takes machines (compile, compose, explore, generate, show) knows nothing of the handshake; what knows it is in drive.
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
export { type Composition, compositions } from './drive/compositions.ts';
export type { PathFailure } from './drive/handshake/run-path.ts';
export type { ChartStep } from './drive/handshake/stage.ts';
export { type HandshakeOptions, type HandshakeSuccessor, HandshakeSystem } from './drive/handshake/system.ts';
export * from './drive/handshake/world.ts';
export { type VerifyOptions, verify, wkpKinds } from './drive/verify.ts';
export type { VerifyEvent, VerifyRow, WkpKind } from './drive/verify-row.ts';
export { delayEvent, withExplicitDelays } from './explicit-delays.ts';
export { check } from './explore/check.ts';
export { UnboundedSlotError } from './explore/domain.ts';
export { shows } from './explore/evidence.ts';
export { type Edge, explore, type Graph, type Vertex, wayTo } from './explore/explore.ts';
export {
  type Catalogue,
  findComposition,
  findProperty,
  findRun,
  isReached,
  type NamedComposition,
  type NamedRun,
  nameOf,
  nameRun,
  RunNameError,
} from './explore/named-runs.ts';
export * from './explore/results.ts';
export { codeOf, RunCodeError, walkOf } from './explore/run-code.ts';
export { GraphTooLargeError } from './explore/state-graph.ts';
export { ExploreError } from './explore/tables.ts';
export { type Choice, type Run, runOf, type Walk, walksAlong } from './explore/walk.ts';
export { ChartExportError, type ChartFormat, exportChart } from './export.ts';
export { exportGraph, type GraphFormat } from './export-graph.ts';
export { type Path, transitionCover } from './generate/transition-cover.ts';
export {
  connect,
  listen,
  type MonitoredConnectOptions,
  type MonitoredListenOptions,
  type MonitorOptions,
} from './monitored.ts';
export {
  type Captions,
  type Conclusion,
  type Scenario,
  type ScenarioStep,
  scenarioOf,
} from './show/scenario.ts';
export { type ScenarioFormat, showScenario } from './show/show.ts';
export { tellRun } from './show/tell.ts';
export type { Dialect } from './validate/chart-source.ts';
export { Monitor, MonitorError } from './validate/monitor.ts';
export type { FittingRecord, Misfit, TraceVerdict } from './validate/record.ts';
export { replay } from './validate/replay.ts';
export { type TraceOptions, validateTrace } from './validate/validate-trace.ts';
