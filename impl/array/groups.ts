/**
 * STG groups: named sets of segments with a list of the hosts that may attach them. A session takes four segments, one for each ring of its
 * data and its error channel (layout.ts), and holds them until both ends have closed both. All calls are made under the lock.
 */
import { type ArrayConfig, SEGMENTS_PER_SESSION } from './config.ts';
import type { ConnectionTable, EndHolder } from './connections.ts';
import { ArrayError } from './errors.ts';
import type { Layout } from './layout.ts';

/** A group as a test of leaks sees it; counted in segments. */
export interface GroupInfo {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly segmentSize: number;
  readonly segments: number;
  readonly used: number;
  readonly free: number;
}

export class GroupTable {
  readonly #config: ArrayConfig;
  readonly #layout: Layout;
  readonly #connections: ConnectionTable;

  constructor(config: ArrayConfig, layout: Layout, connections: ConnectionTable) {
    this.#config = config;
    this.#layout = layout;
    this.#connections = connections;
  }

  /**
   * Takes the segments of a session for two hosts; `ends` are those of both channels. Gives the first of its two records, data before error.
   * Throws groupUnknown, groupRefused, groupFull.
   */
  take(name: string, hosts: readonly (string | undefined)[], ends: readonly [EndHolder, EndHolder]): number {
    const index = this.#index(name, hosts);
    const place = this.#layout.groups[index];
    for (let session = 0; session < (place?.sessions ?? 0); session += 1) {
      const data = (place?.firstRecord ?? 0) + 2 * session;
      if (!this.#connections.isFree(data) || !this.#connections.isFree(data + 1)) continue;
      this.#connections.take(data, ends, undefined);
      this.#connections.take(data + 1, ends, undefined);
      return data;
    }
    const { segments = 0 } = this.#config.groups[index] ?? {};
    throw new ArrayError(
      'groupFull',
      `attachGroup: fewer than ${SEGMENTS_PER_SESSION} of the ${segments} segments of ${name} are free`,
    );
  }

  /** Checks that the record belongs to the group of that name and that the hosts may use it. Throws groupUnknown, groupRefused. */
  check(name: string, hosts: readonly (string | undefined)[], record: number | undefined): number {
    const place = this.#layout.groups[this.#index(name, hosts)];
    const from = place?.firstRecord ?? 0;
    if (record === undefined || record < from || record >= from + 2 * (place?.sessions ?? 0)) {
      throw new ArrayError('groupUnknown', `attachGroup: the accepting end has attached no group ${name} to this connection`);
    }
    return record;
  }

  all(): GroupInfo[] {
    return this.#config.groups.map((group, index) => {
      const place = this.#layout.groups[index];
      const from = place?.firstRecord ?? 0;
      let used = 0;
      for (let session = 0; session < (place?.sessions ?? 0); session += 1) {
        if (this.#connections.used(from + 2 * session, from + 2 * session + 2) > 0) used += SEGMENTS_PER_SESSION;
      }
      return { ...group, used, free: group.segments - used };
    });
  }

  #index(name: string, hosts: readonly (string | undefined)[]): number {
    const index = this.#config.groups.findIndex((group) => group.name === name);
    const group = this.#config.groups[index];
    if (!group) throw new ArrayError('groupUnknown', `attachGroup: array ${this.#config.name} has no group ${name}`);
    for (const host of hosts) {
      if (host === undefined || !group.hosts.includes(host)) {
        throw new ArrayError('groupRefused', `attachGroup: host ${host ?? '(gone)'} is not on the list of group ${name}`);
      }
    }
    return index;
  }
}
