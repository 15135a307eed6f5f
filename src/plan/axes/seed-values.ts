import { createHash } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import type { JobId } from '../../core/job/job.ts';
import type { JsonValue } from '../../core/json.ts';
import type { InputField } from '../models/schema.ts';

const greatestSeed = 2_147_483_647;

/** The job whose seed is varied: its variations get seeds of their own. */
export interface SeedParent {
  /** null: it has no name here, so the seeds are the usual ones. */
  readonly job: JobId | null;
  /** Its own seed, which is left out. */
  readonly seed: JsonValue | undefined;
}

/**
 * Scattered seeds for `--seeds N --random`, for favourites and for older folders: always the same ones, each once,
 * within the limits of the field; the first n of them are the same however many are asked for. Below 0 only where the
 * field has nothing else, since -1 means 'any' to many models.
 * Throws `UserError` (`usage`) where the field has fewer seeds than are asked for.
 */
export function derivedSeeds(
  count: number,
  field: Pick<InputField, 'minimum' | 'maximum'> | null,
  parent: SeedParent = { job: null, seed: undefined },
): number[] {
  const most = Math.floor(Math.min(field?.maximum ?? greatestSeed, Number.MAX_SAFE_INTEGER));
  const lowest = Math.ceil(Math.max(field?.minimum ?? 0, Number.MIN_SAFE_INTEGER));
  const least = most < 0 ? lowest : Math.max(0, lowest);
  const size = Math.max(0, most - least + 1);
  const own = isWhole(parent.seed) && parent.seed >= least && parent.seed <= most ? parent.seed : null;
  const available = size - (own === null ? 0 : 1);
  if (count > available) throw tooFew(count, least, most, available);
  const nextFree = new Map<number, number>();
  if (own !== null) nextFree.set(own - least, (own - least + 1) % size);
  const family = parent.job === null ? '' : ` of ${parent.job}`;
  return Array.from({ length: count }, (_, index) => {
    const offset = freeFrom(hashed(`runcomfy-batch seed ${index + 1}${family}`, size), nextFree, size);
    return least + offset;
  });
}

/** 1 to `count`, or from the least one that the field takes above that. Throws as `derivedSeeds` does. */
export function countedSeeds(count: number, field: Pick<InputField, 'minimum' | 'maximum'> | null): number[] {
  const least = Math.max(1, Math.ceil(field?.minimum ?? 1));
  const most = Math.floor(Math.min(field?.maximum ?? greatestSeed, Number.MAX_SAFE_INTEGER));
  const available = Math.max(0, most - least + 1);
  if (count > available) throw tooFew(count, least, most, available);
  return Array.from({ length: count }, (_, index) => least + index);
}

function tooFew(count: number, least: number, most: number, available: number): UserError {
  return new UserError(
    'usage',
    `--seeds ${count} asks for more seeds than this model has: they go from ${least} to ${most}.`,
    available > 0 ? `Ask for ${available} at most.` : null,
  );
}

function hashed(text: string, below: number): number {
  const digest = createHash('sha256').update(text).digest();
  return Number(digest.readBigUInt64BE() % BigInt(below));
}

/** The first number from `wanted` on, round the end, that was not taken yet; takes it. */
function freeFrom(wanted: number, nextFree: Map<number, number>, size: number): number {
  const passed: number[] = [];
  let at = wanted;
  for (let next = nextFree.get(at); next !== undefined; next = nextFree.get(at)) {
    passed.push(at);
    at = next;
  }
  for (const each of [...passed, at]) nextFree.set(each, (at + 1) % size);
  return at;
}

function isWhole(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value);
}
