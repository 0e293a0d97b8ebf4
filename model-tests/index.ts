/**
 * From chart to test: a compiler of statecharts, compositions, an explorer, generators of paths, and drivers for implementations.
 * What takes machines (compile, compose, explore, generate) knows nothing of the handshake; what knows it is in drive.
 */
export { type ChartDelay, type ChartTransition, chartDelays, chartTransitions } from './compile/chart-transitions.ts';
export {
  CompiledChart,
  CompileError,
  compile,
  type LocalState,
  type LocalStep,
  leafPaths,
  type Output,
} from './compile/compile.ts';
export * from './compose/connection.ts';
export type { Successor, TransitionSystem } from './compose/transition-system.ts';
export type { PathFailure } from './drive/handshake/run-path.ts';
export type { ChartStep } from './drive/handshake/stage.ts';
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
export { type Edge, explore, type Graph, type Vertex, wayTo } from './explore/explore.ts';
export { ChartExportError, type ChartFormat, exportChart } from './export.ts';
export { type Path, transitionCover } from './generate/transition-cover.ts';
export type { TraceVerdict } from './validate/record.ts';
export { type Dialect, replay } from './validate/replay.ts';
export { validateTrace } from './validate/validate-trace.ts';
