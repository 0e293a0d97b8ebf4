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
export { ChartExportError, type ChartFormat, exportChart } from './export.ts';
export {
  type ChartAlphabet,
  type ChartInput,
  type ChartInstance,
  ChartSystem,
  type ChartWorld,
} from './generate/chart-system.ts';
export { type CompleteMethod, type CompleteOptions, type CompleteSuite, completeSuite } from './generate/complete.ts';
export { type Comparison, compare, failsAt, type Implementation, killedBy } from './generate/conformance.ts';
export { type Condition, type MachineStep, shortestTo } from './generate/goals.ts';
export { type Identifiers, identifiersOf, type SequenceTree, sequencesOf } from './generate/identifiers.ts';
export {
  type Machine,
  MachineError,
  type MachineState,
  machineOf,
  type Reaction,
  type ReactiveSystem,
  stateBehind,
  stateCover,
  transitionCoverOf,
} from './generate/machine.ts';
export { type Quotient, quotient } from './generate/quotient.ts';
export { type Covered, type Suite, type SuiteSize, suiteOfPaths } from './generate/suite.ts';
export { switchCover } from './generate/switches.ts';
export { type Path, transitionCover } from './generate/transition-cover.ts';
export { randomWalks, type WalkOptions } from './generate/walks.ts';
export type { TraceVerdict } from './validate/record.ts';
export { type Dialect, replay } from './validate/replay.ts';
export { validateTrace } from './validate/validate-trace.ts';
