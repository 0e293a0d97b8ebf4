/** Matching in a bipartite graph, by augmenting paths (H. W. Kuhn, 1955), each found breadth first. */

/**
 * Gives each left node a right node of its own, each right node being taken once. Nodes are numbered from 0. Answers with the first left
 * node for which there is none left, or undefined when all have one.
 */
export function firstUnmatched(
  left: number,
  right: number,
  mayHave: (left: number, right: number) => boolean,
): number | undefined {
  const takenBy = new Array<number | undefined>(right).fill(undefined);
  for (let node = 0; node < left; node += 1) {
    // Usually somebody is free.
    const free = takenBy.findIndex((other, candidate) => other === undefined && mayHave(node, candidate));
    if (free >= 0) takenBy[free] = node;
    else if (!makeRoom(node, takenBy, mayHave)) return node;
  }
  return undefined;
}

/** Has others move on to right nodes that they may have, too, until there is one for `node`. */
function makeRoom(node: number, takenBy: (number | undefined)[], mayHave: (left: number, right: number) => boolean): boolean {
  /** By right node, the left node that asked for it. */
  const asked = new Map<number, number>();
  const asking = [node];
  for (let one = asking.shift(); one !== undefined; one = asking.shift()) {
    for (const [candidate, owner] of takenBy.entries()) {
      if (asked.has(candidate) || !mayHave(one, candidate)) continue;
      asked.set(candidate, one);
      if (owner === undefined) {
        moveOn(candidate, takenBy, asked);
        return true;
      }
      asking.push(owner);
    }
  }
  return false;
}

/** Gives `free` to the left node that asked for it, what that one had to the one that asked for that, and so on. */
function moveOn(free: number, takenBy: (number | undefined)[], asked: ReadonlyMap<number, number>): void {
  let given = free;
  for (let taker = asked.get(given); taker !== undefined; taker = asked.get(given)) {
    const had = takenBy.indexOf(taker);
    takenBy[given] = taker;
    if (had < 0) return;
    given = had;
  }
}
