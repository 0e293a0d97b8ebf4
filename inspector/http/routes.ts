/** What is answered to what (contract.ts has the table). Nothing here knows where recordings come from. */
import type { IncomingMessage } from 'node:http';
import type { ActAnswer } from '../contract.ts';
import type { Catalogue } from '../recordings/catalogue.ts';
import { ActError, excerpt, LIMITS, momentWindow, type Source, sessionWindow } from '../recordings/source.ts';
import { actOf, momentQueryOf, RequestError, recordingOf, sessionFilterOf, wholeNumber } from './requests.ts';

type Answer = (query: URLSearchParams, catalogue: Catalogue) => unknown;

const about =
  (answer: (source: Source, query: URLSearchParams) => unknown): Answer =>
  async (query, catalogue) =>
    answer(await catalogue.open(recordingOf(query)), query);

const answers: Readonly<Record<string, Answer>> = {
  '/api/recordings': (_query, catalogue) => catalogue.entries(),
  '/api/recording': about((source) => source.describe()),
  '/api/moments': about((source, query) => momentWindow(source, momentQueryOf(query))),
  '/api/scene': about((source, query) => source.scene(wholeNumber(query, 'at', -1))),
  '/api/sessions': about((source, query) =>
    sessionWindow(source, sessionFilterOf(query), wholeNumber(query, 'from', 0), wholeNumber(query, 'count', 100)),
  ),
  '/api/coverage': about((source) => source.coverage()),
  '/api/moves': about((source) => driverOf(source).moves()),
  '/api/excerpt': about((source, query) =>
    excerpt(
      source,
      wholeNumber(query, 'from', 0),
      wholeNumber(query, 'count', LIMITS.excerpt),
      query.get('session') ?? undefined,
    ),
  ),
};

/** What is answered to a GET of this path; undefined where there is no such path. */
export async function read(path: string, query: URLSearchParams, catalogue: Catalogue): Promise<unknown> {
  const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
  return answer === undefined ? undefined : answer(query, catalogue);
}

/** Does what the body of a request says. */
export async function act(request: IncomingMessage, catalogue: Catalogue): Promise<ActAnswer> {
  const wanted = await actOf(request);
  const source = await catalogue.open(wanted.recording);
  const driver = driverOf(source);
  if (wanted.at !== source.size) {
    throw new RequestError(409, `there are ${source.size} moments, and the act was for ${wanted.at}: look again`);
  }
  try {
    const acted = await driver.act(wanted);
    return { recording: source.describe(), moves: driver.moves(), ...acted };
  } catch (error) {
    if (error instanceof ActError) throw new RequestError(409, error.message);
    throw error;
  }
}

function driverOf(source: Source) {
  if (source.driver === undefined) throw new RequestError(400, `the recording ${source.entry.id} cannot be driven`);
  return source.driver;
}
