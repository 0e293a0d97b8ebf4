/**
 * From chart to test: a compiler of statecharts, compositions, an explorer, generators of paths, and drivers for implementations.
 * What takes machines (compile, compose, explore, generate, show) knows nothing of the handshake; what knows it is in drive.
 */
export { ownChartGeometry } from './charts/own-geometry.ts';
export { type ChartDelay, type ChartTransition, chartDelays, chartTransitions } from './compile/chart-transitions.ts';
export type { ActorValue, ChildValue } from './compile/codec.ts';
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
export type { Place } from './compile/compile-error.ts';
export type { Instrumented } from './compile/instrument.ts';
export type { Warning } from './compile/lint.ts';
export type { ActionOutput, EmitOutput, Message, Output, SendOutput } from './compile/outputs.ts';
export { asTransitionSystem, type SlotValues, viewOf } from './compose/as-transition-system.ts';
export { compose } from './compose/compose.ts';
export { ComposeError } from './compose/compose-error.ts';
export { type Composed, isUnexpected, type LinkView, type MachineView, moveOf } from './compose/composed.ts';
export * from './compose/connection.ts';
export { abort, closeEnd, dial } from './compose/connection-link.ts';
export type * from './compose/description.ts';
export type { ComposedMove, Effect, MoveKind } from './compose/moves.ts';
export * from './compose/system.ts';
export type { Successor, TransitionSystem } from './compose/transition-system.ts';
export { type Composition, compositions } from './drive/compositions.ts';
export { type Goal, parseGoal } from './drive/criteria/goal.ts';
export { headerOf, lineOf, pathFormat } from './drive/criteria/path-lines.ts';
export {
  compositionPaths,
  type GeneratedPath,
  type PathRequest,
  type PathSet,
  type PathStep,
  rolePaths,
} from './drive/criteria/path-sets.ts';
export { criterionSuite, criterionText } from './drive/criteria/role-suite.ts';
export { type DrivenRun, type DriveOptions, driveRun } from './drive/drive-run.ts';
export { type HandshakeChoice, type HandshakeComposition, handshakeSystems } from './drive/handshake/explored/index.ts';
export type { Act, ChartReaction, ExploredMove, Source as FrameSource } from './drive/handshake/explored/moves.ts';
export { type ExploredOptions, type Fault, type Faults, faultKinds, type Weakness } from './drive/handshake/explored/options.ts';
export { type ExploredSystem, exploredSystem } from './drive/handshake/explored/system.ts';
export { type Translation, translate } from './drive/handshake/explored/translate.ts';
export type { PathFailure } from './drive/handshake/run-path.ts';
export type { ChartStep, WrittenFrame } from './drive/handshake/stage.ts';
export { type HandshakeOptions, type HandshakeSuccessor, HandshakeSystem } from './drive/handshake/system.ts';
export * from './drive/handshake/world.ts';
export { type ExternalOptions, verifyExternal } from './drive/role/external/verify-external.ts';
export {
  type ConnectionName,
  type Role,
  type RoleInput,
  type RoleOutput,
  type RolePath,
  type RoleStep,
  readRolePaths,
  writeRolePaths,
} from './drive/role/path.ts';
export { coverRole, limitNames, type RoleSuite } from './drive/role/paths.ts';
export {
  type ArrayPort,
  type CallOutcome,
  CannotRunError,
  type Capabilities,
  type Seen,
  type Setup,
  type Subject,
  SubjectError,
  type Wish,
} from './drive/role/subject.ts';
export { type OwnRoleOptions, verifyOwnRole } from './drive/role/verify-own.ts';
export type { RoleEvent, RolePathFailure, RoleRow } from './drive/role/verify-role.ts';
export { socketEvents } from './drive/socket/system.ts';
export type { ChartTally, DrivenCase, RowDetail, Tallies } from './drive/tally.ts';
export { type VerifyOptions, verify, wkpKinds } from './drive/verify.ts';
export type { VerifyEvent, VerifyRow, WkpKind } from './drive/verify-row.ts';
export { delayEvent, withExplicitDelays } from './explicit-delays.ts';
export { check } from './explore/check.ts';
export { UnboundedSlotError } from './explore/domain.ts';
export { shows } from './explore/evidence.ts';
export { type Edge, explore, type Graph, type Vertex, wayTo } from './explore/explore.ts';
export {
  aspectOf,
  type Catalogue,
  findComposition,
  findProperty,
  findRun,
  isReached,
  type NamedComposition,
  type NamedRun,
  nameDriven,
  nameOf,
  nameRun,
  RunNameError,
  runFile,
} from './explore/named-runs.ts';
export * from './explore/results.ts';
export { codeOf, RunCodeError, walkOf } from './explore/run-code.ts';
export { GraphTooLargeError } from './explore/state-graph.ts';
export { ExploreError } from './explore/tables.ts';
export { IncompleteError, type TabulateOptions } from './explore/tabulate.ts';
export { type Choice, type Run, runOf, type Walk, walksAlong } from './explore/walk.ts';
export { chartOutline } from './export/outline.ts';
export { ChartExportError, type ChartFormat, exportChart } from './export.ts';
export { exportGraph, type GraphFormat } from './export-graph.ts';
export { type Claim, exportPromela, type PromelaModel } from './export-promela.ts';
export { exportComposition, PromelaExportError } from './export-promela-composition.ts';
export {
  type ChartAlphabet,
  type ChartInput,
  type ChartInstance,
  ChartSystem,
  type ChartWorld,
} from './generate/chart-system.ts';
export { type CompleteMethod, type CompleteOptions, type CompleteSuite, completeSuite } from './generate/complete.ts';
export { type Comparison, compare, failsAt, type Implementation, killedBy } from './generate/conformance.ts';
export { type Criterion, type CriterionOptions, type CriterionRequest, parseCriterion, suiteFor } from './generate/criterion.ts';
export { type Condition, type MachineStep, shortestTo } from './generate/goals.ts';
export { type Identifiers, identifiersOf, type SequenceTree, sequencesOf } from './generate/identifiers.ts';
export {
  type ExploredMachine,
  exploreMachine,
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
export {
  connect,
  listen,
  type MonitoredConnectOptions,
  type MonitoredListenOptions,
  type MonitorOptions,
} from './monitored.ts';
export type { Report, ReportChart, ReportFailure, ReportParts, ReportRow } from './report/report.ts';
export { reportFiles } from './report/report-files.ts';
export { type ChartMarks, chartSvg } from './show/chart/draw.ts';
export type { ChartGeometry, Rectangle } from './show/chart/geometry.ts';
export type { ChartArrow, ChartOutline, ChartState, ChartStateKind } from './show/chart/outline.ts';
export {
  type Captions,
  type Conclusion,
  type Scenario,
  type ScenarioStep,
  scenarioOf,
} from './show/scenario.ts';
export { type ScenarioFormat, showScenario } from './show/show.ts';
export { tellRun } from './show/tell.ts';
export { type Alphabet, clientAlphabet, eventsOf, type FactValues, serverAlphabet } from './validate/alphabet.ts';
export type { Dialect } from './validate/chart-source.ts';
export { Monitor, MonitorError } from './validate/monitor.ts';
export type { FittingRecord, Misfit, TraceVerdict } from './validate/record.ts';
export { replay } from './validate/replay.ts';
export { type TraceOptions, validateTrace } from './validate/validate-trace.ts';
