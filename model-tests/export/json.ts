/** A machine's config as JSON, with nothing lost: what JSON cannot hold is an error, never left out. */
import type { AnyStateMachine } from 'xstate';

/** A chart holds something that cannot be written: says where and what. */
export class ChartExportError extends Error {
  override readonly name = 'ChartExportError';
}

/** The config as JSON, ending in a newline. Throws ChartExportError. */
export function toJson(machine: AnyStateMachine): string {
  const config = machine.config as Readonly<Record<string, unknown>>;
  const context = config['context'];
  const shown = typeof context === 'function' ? { ...config, context: namedContext(machine.id, context as ContextOf) } : config;
  return `${JSON.stringify(serialisable(shown, machine.id, []), undefined, 2)}\n`;
}

type ContextOf = (args: { input: unknown }) => unknown;

/** Runs the function on an input that only knows the names of its parts. One that computes with them cannot be shown. */
function namedContext(chart: string, contextOf: ContextOf): unknown {
  const input = new Proxy({}, { get: (_, name) => `{{input.${String(name)}}}` });
  try {
    return contextOf({ input });
  } catch (cause) {
    throw new ChartExportError(`chart ${chart}: context is a function that does more than copy parts of its input`, { cause });
  }
}

function serialisable(value: unknown, chart: string, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => serialisable(item, chart, [...path, String(index)]));
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(entries.map(([name, inner]) => [name, serialisable(inner, chart, [...path, name])]));
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
  const what =
    typeof value === 'object' ? 'an object that is not plain' : `a ${typeof value} (${String(value).split('\n', 1)[0]})`;
  const advice = typeof value === 'function' ? '; give it a name in setup()' : '';
  throw new ChartExportError(`chart ${chart}: ${path.join('.')} is ${what}, which JSON cannot hold${advice}`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
