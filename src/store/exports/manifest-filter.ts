import type { ManifestLine } from '../../core/job/manifest.ts';
import type { JsonValue } from '../../core/json.ts';

/**
 * Whether each key of `where` has the value asked for, compared as text; names match case-insensitively, as they do
 * in the input. A key that the line lacks does not match, and an empty value asks for that. Of rows that are one job,
 * any may match.
 */
export function lineMatches(line: ManifestLine, where: Readonly<Record<string, string>>): boolean {
  return Object.entries(where).every(([key, wanted]) => {
    const found = valuesOf(line, key);
    return wanted === '' ? found.every((value) => value === '') : found.includes(wanted);
  });
}

function valuesOf(line: ManifestLine, key: string): string[] {
  const name = key.toLowerCase();
  const { job, id, model, rep, input, tags, axes, also = [] } = line;
  const ofOthers = also.flatMap((other) => [{ id: other.id }, other.tags]);
  return [{ job, id, model, rep }, input, tags, axes, ...ofOthers].flatMap(
    (source: Readonly<Record<string, JsonValue>>) =>
      Object.entries(source)
        .filter(([own]) => own.toLowerCase() === name)
        .map(([, value]) => asText(value)),
  );
}

/** A value as a cell or a word on the command line would hold it. */
function asText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
