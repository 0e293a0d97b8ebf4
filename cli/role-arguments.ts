/**
 * The options of `stpconnect verify` for one process alone, ours or somebody else's.
 */
import type { CriterionArguments, LimitArguments } from './arguments.ts';

/** As the command line has them. */
export interface RoleArguments extends CriterionArguments {
  readonly role?: 'client' | 'server';
  readonly external?: string;
  readonly wkp?: 'tcp' | 'array' | 'simulated' | 'protocol';
  readonly mode?: 'network' | 'storage';
  readonly json?: boolean;
  readonly seed?: number;
  readonly path?: string;
  readonly paths?: string;
  readonly limit?: LimitArguments;
  readonly secretFile?: string;
  readonly patience?: number;
  readonly quiet?: number;
  /** The directory to write a report into. */
  readonly report?: string;
}

/** The options that mean nothing without `--external`. */
export const EXTERNAL_OPTIONS = ['paths', 'limit', 'secretFile', 'patience', 'quiet'] as const;

/** An option as it is written. */
export const optionName = (name: (typeof EXTERNAL_OPTIONS)[number]) =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
