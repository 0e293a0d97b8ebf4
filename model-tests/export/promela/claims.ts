/** Properties as never claims: a claim says what must not happen, and SPIN looks for a run that does it. */
import type { Property, View } from '../../compose/system.ts';
import { comment, identifier } from './text.ts';

/** How a property is asked for. */
export interface Claim {
  /** The property's id. */
  readonly property: string;
  /** What `pan -N` takes. */
  readonly name: string;
  /** `state`: a search for a state. `cycle`: for a fair run, which needs -DFAIR, `pan -a -f`. */
  readonly search: 'state' | 'cycle';
  /** What it means when SPIN finds the run; otherwise the verdict is the other one. */
  readonly found: 'holds' | 'violated';
}

/** Predicates of states that the claim of a property needs, by name. */
export function predicatesOf<Move>(
  property: Property<Move>,
): { readonly name: string; readonly holds: (view: View) => boolean }[] {
  switch (property.kind) {
    case 'always':
    case 'never':
    case 'sometimes':
    case 'eventually':
      return [{ name: property.id, holds: property.holds }];
    case 'leadsTo':
      return [
        { name: property.id, holds: property.from },
        { name: property.id, holds: property.to },
      ];
    case 'noDeadlock':
      return [{ name: property.id, holds: property.mayEnd }];
    default:
      return [];
  }
}

/** What a claim is made of, as Promela expressions. */
export interface ClaimParts {
  /** Of the predicates, in the order of `predicatesOf`. */
  readonly predicates: readonly string[];
  /** For properties of moves: some move that it speaks of can be made. */
  readonly canMove: string;
  /** The model begins with a step of its own; properties speak of what comes behind it. */
  readonly hasBeginning?: boolean;
}

/** The claim of a property, and its text. `index` makes its name unique. */
export function claimOf<Move>(property: Property<Move>, index: number, parts: ClaimParts): { claim: Claim; text: string } {
  const name = identifier(property.id, 'property', index);
  const { search, found, formula, body } = bodyOf(
    property.kind,
    name,
    parts.hasBeginning ? sinceBegun(property.kind, parts) : parts,
  );
  const title = `${property.kind} ${property.id}: ${property.description}; in LTL: ${formula}`;
  const text = `${comment(title)}\nnever ${name} {\n${body}\n}\n`;
  return {
    claim: { property: property.id, name, search, found },
    text: search === 'cycle' ? `#ifdef FAIR\n${text}#endif\n` : text,
  };
}

/** Nothing is asked of the state before the model's beginning: there, what would decide a property is not the case. */
function sinceBegun(kind: Property<unknown>['kind'], { predicates, canMove }: ClaimParts): ClaimParts {
  const isRefuted = kind === 'always' || kind === 'noDeadlock';
  return { predicates: predicates.map((text) => (isRefuted ? `(!begun || ${text})` : `(begun && ${text})`)), canMove };
}

type Body = Pick<Claim, 'search' | 'found'> & { readonly formula: string; readonly body: string };

function bodyOf(kind: Property<unknown>['kind'], name: string, { predicates: [p = '', q = ''], canMove }: ClaimParts): Body {
  switch (kind) {
    case 'always':
      return { search: 'state', found: 'violated', formula: '[] p', body: reach(`!${p}`) };
    case 'never':
      return { search: 'state', found: 'violated', formula: '[] !p', body: reach(p) };
    case 'sometimes':
      return {
        search: 'state',
        found: 'holds',
        formula: '[] !p, whose counterexample is the run that is wanted',
        body: reach(p),
      };
    case 'neverMove':
      return { search: 'state', found: 'violated', formula: '[] !(such a move can be made)', body: reach(canMove) };
    case 'sometimesMove':
      return { search: 'state', found: 'holds', formula: '[] !(such a move can be made), as above', body: reach(canMove) };
    case 'noDeadlock':
      return { search: 'state', found: 'violated', formula: '[] (ENABLED || p)', body: reach(`!ENABLED && !${p}`) };
    case 'eventually':
      return { search: 'cycle', found: 'violated', formula: '<> p', body: never(`!${p}`) };
    case 'leadsTo':
      return {
        search: 'cycle',
        found: 'violated',
        formula: '[] (p -> <> q)',
        body: `${sometime(`${p} && !${q}`, `   :: ${p} && !${q} && MAY_STOP -> goto stopped\n`)}\n${never(`!${q}`)};\nstopped:\n   skip`,
      };
    case 'noLivelock': {
      const stuck = `!${progressBit(name)} && ENABLED`;
      return {
        search: 'cycle',
        found: 'violated',
        formula: '[] <> (progress || !ENABLED)',
        body: `${sometime('true')}\n${forEver(stuck)}`,
      };
    }
  }
}

/** The variable that says whether the last move was progress; it is there with -DFAIR only, since it makes more states. */
export const progressBit = (claim: string) => `progress__${claim}`;

/** Comes to its end, which is an error, in a state in which `expression` is true. */
const reach = (expression: string) => `   do\n   :: ${expression} -> break\n   :: else\n   od`;

/** Waits for `expression`; the claim and the system move in turn, so what has to be seen in the same state is another option. */
const sometime = (expression: string, option = '') => `   do\n   :: true\n${option}   :: ${expression} -> break\n   od;`;

/** The same, or for as long as something has to happen: a run may stop where no fair rule can fire. */
const never = (expression: string) => `accept:\n   do\n   :: ${expression}\n   :: ${expression} && MAY_STOP -> break\n   od`;

const forEver = (expression: string) => `accept:\n   do\n   :: ${expression}\n   od`;
