/** Machines that can be exchanged, as the explorer takes them: their slots, those of the links that are theirs alone, and how names are exchanged in values. */
import type { Message } from '../compile/outputs.ts';
import { ComposeError } from './compose-error.ts';
import type { SymmetryDescription } from './description.ts';
import { insertSorted, type Link, type Parts } from './parts.ts';
import type { Process } from './process.ts';
import type { Symmetry, Value } from './system.ts';

/** @throws ComposeError where the machines are not alike */
export function symmetryOf({ members, anonymous = false }: SymmetryDescription<string>, parts: Parts, memory?: number): Symmetry {
  const processes = members.map((name) => parts.process(name));
  const own = processes.map((process) => ownLinks(process, processes, parts));
  const [first, ...others] = processes.map((process, at) => description(process, own[at] as Link[]));
  const stranger = others.findIndex((other) => other !== first);
  if (stranger >= 0) {
    const names = `${members[0]} and ${members[stranger + 1]}`;
    throw new ComposeError(`symmetric: machines ${names} are not alike: they differ in more than their names and input`);
  }
  const slots = processes.map((process, at) => [process.slot, ...(own[at] ?? []).flatMap((link) => link.slots)]);
  if (anonymous) return { members: slots };
  const unsorted = [...parts.links.values()].filter(({ isSorted }) => isSorted).flatMap((link) => link.slots);
  const sorted = new Set(memory === undefined ? unsorted : [...unsorted, memory]);
  const names = processes.map(({ name }, at) => [name, ...(own[at] ?? []).map((link) => link.name)]);
  return { members: slots, rename: (value, slot, to) => renamed(value, namesAfter(names, to), sorted.has(slot)) };
}

/** Links that touch this one of the machines and no other, in the order of the description. */
function ownLinks(process: Process, members: readonly Process[], parts: Parts): Link[] {
  const touches = (link: Link, { name }: Process) => link.senders.has(name) || link.readers.has(name);
  return [...parts.links.values()].filter(
    (link) => touches(link, process) && !members.some((other) => other !== process && touches(link, other)),
  );
}

/** Everything about a machine that has to be the same for all. */
function description({ description, chart, name }: Process, own: readonly Link[]): string {
  const { chart: _, input: __, sendsTo, ...rest } = description;
  const targets = sendsTo?.map((target) => own.findIndex((link) => link.name === target)).sort();
  const links = own.map((link) => [link.constructor.name, link.senders.has(name), link.readers.has(name)]);
  const functions = (_key: string, value: unknown) => (typeof value === 'function' ? String(value) : value);
  return JSON.stringify([chart.id, rest, targets, links], functions);
}

function namesAfter(names: readonly (readonly string[])[], to: readonly number[]): ReadonlyMap<string, string> {
  return new Map(
    names.flatMap((own, member) => own.map((name, at) => [name, names[to[member] as number]?.[at] as string] as const)),
  );
}

function renamed(value: Value, names: ReadonlyMap<string, string>, isSorted: boolean): Value {
  const after = exchanged(value, names);
  return isSorted ? (after as readonly Message[]).reduce<readonly Message[]>(insertSorted, []) : after;
}

/** The value with names exchanged, as strings and as keys; keys stay in the order in which they were. */
function exchanged(value: Value, names: ReadonlyMap<string, string>): Value {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Value) => exchanged(item, names));
  const object = value as Readonly<Record<string, Value | undefined>>;
  const after = new Map(Object.entries(object).map(([key, item]) => [names.get(key) ?? key, item]));
  const keys = Object.keys(object).every((key) => after.has(key)) ? Object.keys(object) : [...after.keys()];
  return Object.fromEntries(keys.map((key) => [key, exchanged(after.get(key) ?? null, names)]));
}
