import type { Position } from './positions.ts';

/** One record of a table, its cells as text without their quotes. */
export interface TableRecord {
  readonly fields: readonly string[];
  /** The line on which it starts. */
  readonly line: number;
  readonly delimiter: string;
  /** Where each cell starts; worked out anew at each call, since good rows never need it. */
  starts(): readonly Position[];
}
