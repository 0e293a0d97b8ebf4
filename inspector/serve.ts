/**
 * The inspector's door for the command line: what is to be looked at, and the server that shows it. What is shown, and how, is the page's; where it
 * comes from is in `traces`, `driven` and `live`; who may ask is in `http`.
 */
import type { Composed } from '../model-tests/compose/composed.ts';
import type { HandshakeComposition } from '../model-tests/drive/handshake/explored/index.ts';
import type { RolePath } from '../model-tests/drive/role/path.ts';
import type { NamedRun } from '../model-tests/explore/named-runs.ts';
import { HandshakeCharts } from './charts/handshake.ts';
import { type OwnSystem, ownOffer } from './driven/composed/offers.ts';
import { ComposedView } from './driven/composed/view.ts';
import { drivable, type FindComposition, implementationOffer, implemented, modelOffer } from './driven/handshake/offers.ts';
import { HandshakeView } from './driven/handshake/view.ts';
import { runOffer, type ViewOf } from './driven/run-offer.ts';
import type { View } from './driven/view.ts';
import { reportOffer } from './fixed/report.ts';
import { rolePathsOffer } from './fixed/role-paths.ts';
import { pageFolder, readAssets } from './http/assets.ts';
import { type Inspector, startServer } from './http/server.ts';
import { announce } from './live/meeting.ts';
import { LiveRecording } from './live/receiver.ts';
import { Catalogue, type Offer } from './recordings/catalogue.ts';
import { traceOffer } from './traces/offer.ts';

export { loadOwnSystems, MachineFileError } from './driven/composed/load.ts';
export type { OwnSystem } from './driven/composed/offers.ts';
export { ReportFileError } from './fixed/report.ts';
export { type Inspector, PortError } from './http/server.ts';
export { TraceFileError } from './traces/read.ts';

/** What is to be looked at. */
export interface InspectorOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Trace files, which become one recording. */
  readonly traces?: readonly string[];
  /** Runs that were found, or saved. */
  readonly runs?: readonly NamedRun<unknown>[];
  /** Files of generated paths of one role. */
  readonly rolePaths?: readonly { readonly file: string; readonly paths: readonly RolePath[] }[];
  /** A folder that verify --report has written. */
  readonly report?: string | undefined;
  /** Machines and systems of a user's own. */
  readonly systems?: readonly OwnSystem[];
  /** Finds compositions of the handshake by their names. */
  readonly findComposition: FindComposition;
  /** Finds runs by their names. */
  readonly findRun: (id: string) => NamedRun<unknown> | undefined;
  /** Whether processes may attach that are to be inspected while they run. */
  readonly attach?: boolean;
  /** Is told what is found out later: a file that ends in the middle of a record. */
  readonly say?: (line: string) => void;
}

/**
 * Starts the inspector.
 *
 * @throws PortError where the port is taken; TraceFileError for a file that is no trace; ReportFileError for a folder without a report
 */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const charts = new HandshakeCharts();
  const {
    traces = [],
    runs = [],
    rolePaths = [],
    systems = [],
    attach = false,
    report,
    findComposition,
    say = () => {},
  } = options;
  const live = attach ? new LiveRecording(charts.hardened) : undefined;
  const offers: Offer[] = [
    ...(live === undefined ? [] : [live.offer]),
    ...(traces.length === 0 ? [] : [await traceOffer(traces, charts, say)]),
    ...runs.map((run) => runOffer(run, viewOf(charts))),
    ...rolePaths.map(({ file, paths }) => rolePathsOffer(file, paths, charts.hardened)),
    ...(report === undefined ? [] : [reportOffer(report, charts.hardened)]),
    ...systems.map(ownOffer),
    ...drivable.map((composition) => modelOffer(composition, findComposition, charts)),
    ...implemented.map((composition) => implementationOffer(composition, findComposition, charts)),
  ];
  const inspector = await startServer({
    catalogue: new Catalogue(offers, (id) => unlisted(id, options, charts)),
    assets: readAssets(pageFolder()),
    port: options.port,
    ...(live === undefined ? {} : { receive: (request) => live.receive(request) }),
  });
  if (live !== undefined || traces.length > 0) void charts.warmUp();
  return live === undefined ? inspector : announced(inspector);
}

/** How systems are looked at: those of the handshake, and those of a user's own. */
function viewOf(charts: HandshakeCharts): ViewOf {
  return (composition) => {
    const view =
      'machineNames' in composition.system
        ? new ComposedView(composition.system as Composed)
        : new HandshakeView(composition as unknown as HandshakeComposition, charts);
    return view as unknown as View<unknown>;
  };
}

/** An inspector that processes of this user find without being told where it is. */
function announced(inspector: Inspector): Inspector {
  const takeBack = announce(inspector.address);
  return {
    ...inspector,
    close: async () => {
      takeBack();
      await inspector.close();
    },
  };
}

/** Recordings that are too many to be listed: `model/COMPOSITION`, `implementation/COMPOSITION` and `run/RUN`. */
function unlisted(id: string, { findComposition, findRun }: InspectorOptions, charts: HandshakeCharts): Offer | undefined {
  const [, kind, name] = /^(model|implementation|run)\/(.+)$/.exec(id) ?? [];
  if (name === undefined) return undefined;
  if (kind === 'run') {
    const run = findRun(name);
    return run && runOffer(run, viewOf(charts));
  }
  const composition = findComposition(name);
  if (composition === undefined) return undefined;
  if (kind === 'model') return modelOffer(composition, () => composition, charts);
  return composition.hardened && implementationOffer(composition, () => composition, charts);
}
