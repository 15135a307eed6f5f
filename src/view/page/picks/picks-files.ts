import { promptText } from '../../../core/job/named-inputs.ts';
import { isJsonObject } from '../../../core/json.ts';
import type { PageHead, PageJob } from '../../page-data.ts';
import { dirOf, ownId, pageIdOf } from '../../pairs/compared-folders.ts';
import type { Pick } from '../state/app.ts';
import { jsonOf } from './stored-picks.ts';

/** A pick as an exported file has it. */
export interface PickRecord {
  readonly job: string;
  readonly starred: boolean;
  readonly note: string;
  /** The first of its files, relative to the run folder; null: there is none. */
  readonly file: string | null;
  readonly prompt: string;
  /** The names of its files in the zip that the picks are in. */
  readonly in_zip?: readonly string[];
  /** The run folder of the job, where the page compares several. */
  readonly folder?: string;
}

/** In the plan's order; picks of jobs that are not on the page come last. */
export function pickRecords(
  picks: readonly Pick[],
  jobs: readonly PageJob[],
  head: PageHead | null = null,
): PickRecord[] {
  const byJob = new Map(picks.map((pick) => [pick.job, pick]));
  const records: PickRecord[] = [];
  for (const each of jobs) {
    const { job, outputs, input } = each;
    const pick = byJob.get(job);
    if (pick === undefined) continue;
    byJob.delete(job);
    const one = record(pick, outputs[0]?.path ?? null, promptText(input) ?? '');
    const isOneOfSeveral = head?.compared !== undefined && each.folder !== undefined;
    records.push(isOneOfSeveral ? { ...one, folder: dirOf(head, each) } : one);
  }
  return [...records, ...[...byJob.values()].map((pick) => record(pick, null, ''))];
}

function record({ job, isStarred, note }: Pick, file: string | null, prompt: string): PickRecord {
  return { job: ownId(job), starred: isStarred, note, file, prompt };
}

/** The text of `picks.json`, which `rcb vary --picks` reads. `folder` is the run folder's path in commands. */
export function picksJson(folder: string, records: readonly PickRecord[]): string {
  const picks = records.map(({ job, starred, note, file, prompt, in_zip, folder: own }) => ({
    job,
    ...(own === undefined ? {} : { folder: own }),
    ...{ starred, note, file, prompt },
    ...(in_zip === undefined ? {} : { in_zip }),
  }));
  const named = records.some((record) => record.folder !== undefined) ? {} : { folder };
  return `${JSON.stringify({ format: 'rcb-picks', version: 1, ...named, picks }, null, 2)}\n`;
}

/** The text of `picks.csv` (RFC 4180), with a byte order mark and guarded formulas, as in `manifest.csv`. */
export function picksCsv(records: readonly PickRecord[]): string {
  const rows = records.map(({ job, starred, note, file, prompt }) =>
    [job, String(starred), note, file ?? '', prompt].map(cell).join(','),
  );
  return `\uFEFF${['job,starred,note,file,prompt', ...rows].join('\r\n')}\r\n`;
}

function cell(text: string): string {
  // Spreadsheets treat these as formulas, some of them in their full-width forms as well.
  const safe = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The picks in a `picks.json`, or a sentence that says what is wrong with it. */
export function readPicks(
  text: string,
  head: PageHead | null = null,
): { picks: readonly Pick[] } | { complaint: string } {
  const complain = (fault: string) => ({
    complaint: `This is not a picks.json file from this page: ${fault}.`,
  });
  const file = jsonOf(text);
  if (!isJsonObject(file) || file.format !== 'rcb-picks') return complain('"format" is not "rcb-picks"');
  if (file.version !== 1) return complain(`"version" is ${JSON.stringify(file.version) ?? 'missing'}, not 1`);
  if (!Array.isArray(file.picks)) return complain('"picks" is not a list');
  const picks: Pick[] = [];
  for (const entry of file.picks as unknown[]) {
    const at = `picks[${picks.length}]`;
    if (!isJsonObject(entry)) return complain(`${at} is not an object`);
    const { job, starred, note } = entry;
    if (typeof job !== 'string' || job === '') return complain(`"job" of ${at} is not a non-empty string`);
    if (typeof starred !== 'boolean') return complain(`"starred" of ${at} is neither true nor false`);
    if (note !== undefined && typeof note !== 'string') return complain(`"note" of ${at} is not a string`);
    const ids = pageIds(job, typeof entry.folder === 'string' ? entry.folder : file.folder, head);
    picks.push(...ids.map((id) => ({ job: id, isStarred: starred, note: note ?? '' })));
  }
  return { picks };
}

/** The ids that a job has on the page: where it compares folders, in the one that the file names, or in each. */
function pageIds(job: string, folder: unknown, head: PageHead | null): readonly string[] {
  if (head?.compared === undefined) return [job];
  const all = head.compared.map(({ dir }, n) => ({ dir, id: pageIdOf(job, n) }));
  const own = all.filter(({ dir }) => dir === folder);
  return (own.length > 0 ? own : all).map(({ id }) => id);
}

/** A pick on the page combined with the pick of the same job in a file; neither loses its star or note. */
export function merged(own: Pick, other: Pick): Pick {
  const isKnown = other.note === '' || own.note.includes(other.note);
  const note = isKnown ? own.note : own.note === '' ? other.note : `${own.note}\n${other.note}`;
  return { job: own.job, isStarred: own.isStarred || other.isStarred, note };
}
