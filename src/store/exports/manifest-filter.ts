import { foldedLine } from '../../core/folded-text.ts';
import { type Condition, holds } from '../../core/job/conditions.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { promptText } from '../../core/job/named-inputs.ts';
import type { JsonValue } from '../../core/json.ts';

/**
 * Whether each key of `where` has the value asked for, compared as text; names match case-insensitively, as they do
 * in the input. A key that the line lacks does not match, and an empty value asks for that. Of rows that are one job,
 * any may match.
 */
export function lineMatches(line: ManifestLine, where: Readonly<Record<string, string>>): boolean {
  return Object.entries(where).every(([key, value]) =>
    meets(line, { key: key.toLowerCase(), source: 'any', comparison: '=', value }),
  );
}

/** Whether a job meets a condition. Of rows that are one job, any may. */
export function meets(line: ManifestLine, condition: Condition): boolean {
  return holds(valuesOf(line, condition), condition);
}

function valuesOf(line: ManifestLine, { key, source }: Condition): readonly JsonValue[] {
  const { job, id, model, rep, input, tags, axes, also = [] } = line;
  const named = (...sources: readonly Readonly<Record<string, JsonValue>>[]): readonly JsonValue[] =>
    sources.flatMap((each) =>
      Object.entries(each)
        .filter(([own]) => own.toLowerCase() === key)
        .map(([, value]) => value),
    );
  const otherTags = also.map((other) => other.tags);
  const byKey = Object.entries(line.names ?? {}).map(([name, own]) => [own, input[name] ?? null] as const);
  const inputs = byKey.length === 0 ? [input] : [input, Object.fromEntries(byKey)];
  switch (source) {
    case 'input':
      return named(...inputs);
    case 'axes':
      return named(axes);
    case 'tags':
      return named(tags, ...otherTags);
    case 'any': {
      const ids = also.map((other) => ({ id: other.id }));
      return named({ job, id, model, rep }, ...inputs, tags, axes, ...ids, ...otherTags);
    }
    case 'field':
      return lineFields[key]?.(line) ?? [];
  }
}

type Field = (line: ManifestLine) => readonly JsonValue[];

const sizes = (of: (output: ManifestLine['outputs'][number]) => JsonValue): Field => {
  return ({ outputs }) => outputs.map(of);
};

/** What of a job can be asked for beside its input, tags and axes, as the manifest has it. */
const lineFields: Readonly<Record<string, Field>> = {
  state: ({ state }) => [state],
  id: ({ id, also = [] }) => [id, ...also.map((other) => other.id)],
  model: ({ model }) => [model],
  // Where no input is called so: what is shown as the prompt.
  prompt: ({ input }) => [promptText(input)],
  file: sizes(({ path }) => path),
  files: sizes(({ path }) => path),
  cost: ({ cost }) => [cost],
  cost_estimated: ({ cost_estimated = false }) => [cost_estimated],
  error: ({ error }) => (error === null ? [null] : [error.class, error.message]),
  took_s: (line) => [secondsTaken(line)],
  width: sizes(({ width }) => width),
  height: sizes(({ height }) => height),
  bytes: sizes(({ bytes }) => bytes),
  mime: sizes(({ mime }) => mime),
  attempts: ({ attempts }) => [attempts],
  rows: ({ rows }) => [...rows],
  rep: ({ rep }) => [rep],
  job: ({ job }) => [job],
  parent: ({ parent }) => [parent],
  request_id: ({ request_id }) => [request_id],
  notes: ({ notes }) => [...notes],
  planned: ({ planned = true }) => [planned],
  planned_at: ({ planned_at }) => [planned_at],
  submitted_at: ({ submitted_at }) => [submitted_at],
  started_at: ({ started_at }) => [started_at],
  finished_at: ({ finished_at }) => [finished_at],
  done_at: ({ done_at }) => [done_at],
};

export const fieldNames: readonly string[] = Object.keys(lineFields);

/** In seconds, from its submission until it ended on the server; null: it has not. */
export function secondsTaken({
  submitted_at: from,
  finished_at: to,
}: Pick<ManifestLine, 'submitted_at' | 'finished_at'>): number | null {
  return from === null || to === null ? null : Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10;
}

/**
 * Whether every word stands somewhere in the job: in a text of its input, its id, a tag, or the path of a file. Words
 * are `foldedLine`.
 */
export function hasWords(line: ManifestLine, words: readonly string[]): boolean {
  const { job, id, input, tags, also = [], outputs } = line;
  const others = also.flatMap((other) => [other.id, ...Object.values(other.tags)]);
  const values = [id, ...Object.values(input), ...Object.values(tags), ...others].map(searched);
  // A path has the job's digits in it, which a short word would match by chance.
  const paths = outputs.map(({ path }) => foldedLine(path));
  const plainPaths = paths.map((path) => path.replaceAll(job.slice(0, idDigits), ''));
  return words.every(
    (word) =>
      values.some((value) => value.includes(word)) ||
      (word.length >= idDigits ? paths : plainPaths).some((path) => path.includes(word)) ||
      (isIdStart(word) && job.startsWith(word)),
  );
}

const idDigits = 8;

/** Whether a word is long enough for the beginning of a job's id, and not a word such as `cafe`. */
export function isIdStart(word: string): boolean {
  return /^[0-9a-f]{4,16}$/.test(word) && (word.length >= idDigits || /\d/.test(word));
}

function searched(value: JsonValue): string {
  if (value === null) return '';
  return foldedLine(typeof value === 'string' ? value : JSON.stringify(value));
}
