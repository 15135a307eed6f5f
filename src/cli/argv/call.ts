import type { SharedPlace } from '../../app/shared/shared-place.ts';
import type { System } from '../system.ts';
import type { Flags } from './flag-names.ts';

/** What a command is called with: its flags, and its words in order. */
export interface Call {
  readonly flags: Flags;
  readonly words: readonly string[];
  /** What files of settings say, where a sweep does not say otherwise. */
  readonly usual?: Flags;
  /** Where runs are that several machines share; absent: each folder is a run of its own. */
  readonly place?: SharedPlace;
}

/** Returns the exit code. */
export type Command = (call: Call, system: System) => Promise<number>;
