import { canonicalJson, type JsonValue } from '../../../core/json.ts';
import type { PageJob } from '../../page-data.ts';

/** A value in which jobs differ. */
interface Difference {
  readonly source: 'input' | 'tag' | 'job';
  readonly key: string;
  /** One value for each job, in their order; undefined: not given. */
  readonly values: readonly (JsonValue | undefined)[];
}

/** How jobs differ: in model, inputs, tags and rep, in the order in which the jobs name them. */
export function whatDiffers(jobs: readonly PageJob[]): Difference[] {
  return [
    { source: 'job' as const, key: 'model', values: jobs.map(({ model }) => model) },
    ...keysOf(jobs.map(({ input }) => input)).map((key) => ({
      source: 'input' as const,
      key,
      values: jobs.map(({ input }) => own(input, key)),
    })),
    ...keysOf(jobs.map(({ tags }) => tags)).map((key) => ({
      source: 'tag' as const,
      key,
      values: jobs.map(({ tags }) => own(tags, key)),
    })),
    { source: 'job' as const, key: 'rep', values: jobs.map(({ rep }) => rep) },
  ].filter(({ values }) => new Set(values.map(nameOf)).size > 1);
}

function keysOf(objects: readonly object[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object)))];
}

function own(object: Readonly<Record<string, JsonValue>>, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function nameOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
