import { UserError } from '../complaints.ts';
import { countOf, showCount } from '../counts.ts';

/** One of the equal parts that a plan is divided into. */
export interface Shard {
  /** From 1 to `of`. */
  readonly number: number;
  readonly of: number;
}

const maxShards = 10_000;

/**
 * The shard of a job depends on its id alone, so no change to other rows moves it. It is the first 12 digits that
 * count: `--sample` and `--shuffle` go by the last ones, and a sample would not be spread evenly.
 */
export function shardNumber(job: string, of: number): number {
  return (Number.parseInt(job.slice(0, 12), 16) % of) + 1;
}

/** Reads `2/5`; null: all of it, as `1/1` says too. `name`: what the user calls it. Throws `UserError` (`usage`). */
export function shardFrom(given: string, name: string): Shard | null {
  const [, first, second] = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*$/.exec(given) ?? [];
  const [number, of] = [Number(first), Number(second)];
  if (first === undefined || second === undefined) {
    throw new UserError(
      'usage',
      `${name} "${given}" is not a shard.`,
      'Write it like 2/5: the second of five.',
    );
  }
  if (of < 1 || of > maxShards) {
    const limit = `from 1 to ${showCount(maxShards)} shards`;
    throw new UserError('usage', `${name} "${given}": a plan can have ${limit}.`, 'Write it like 2/5.');
  }
  if (number < 1 || number > of) {
    const range = of === 1 ? 'only shard 1' : `shards 1 to ${of}`;
    throw new UserError(
      'usage',
      `${name} "${given}": ${countOf(of, 'shard')} means ${range}.`,
      number === 0 ? `Count from 1: 1/${of} is the first.` : `Give one from 1/${of} to ${of}/${of}.`,
    );
  }
  return of === 1 ? null : { number, of };
}

/** `2/5`, as `--shard` takes it. */
export function shardWord({ number, of }: Shard): string {
  return `${number}/${of}`;
}

/** `shard 2 of 5` */
export function shardText({ number, of }: Shard): string {
  return `shard ${number} of ${of}`;
}
