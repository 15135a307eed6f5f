/** One line of a suite's table. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** One part of the bench. `npm run bench NAME` runs it alone. */
export interface Suite {
  readonly name: string;
  /** What its table shows, in one line. */
  readonly title: string;
  run(): Promise<readonly Row[]>;
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
