import { countOf, showCount } from '../../core/counts.ts';
import { type Shard, shardWord } from '../../core/job/shard.ts';
import { endedBadly, type Holdings, totalOf } from '../../core/job/tally.ts';
import { roundedUsd, showUsd } from '../../core/money/prices.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { inFlight } from '../terminal/wording.ts';
import { sizeText } from './parcel-text.ts';

/** Run folders that were put into one. */
interface MergeView {
  readonly dir: string;
  readonly sources: readonly string[];
  readonly holdings: Holdings;
  readonly added: number;
  readonly updated: number;
  readonly files: number;
  readonly bytes: number;
  readonly missing: number;
  readonly missingPaths: readonly string[];
  readonly renamed: number;
  readonly renamedPaths: readonly string[];
  readonly doubled: number;
  readonly doubledJobs: readonly string[];
  readonly lacking: readonly Shard[];
}

/** What is in the folder now, and what the user should know of it. */
export function mergeText(merge: MergeView, terminal: Terminal): string {
  const { dir, sources, holdings, added, updated, files, bytes } = merge;
  const { counts, spentUsd } = holdings;
  const states = [
    [counts.done, 'done'],
    [counts.pending, 'pending'],
    [inFlight(counts), 'in flight'],
    [endedBadly(counts), 'failed'],
    [counts.unknown, 'unclear'],
  ] as const;
  const shown = states.flatMap(([count, word]) => (count > 0 ? [`${showCount(count)} ${word}`] : []));
  const spent = spentUsd > 0 ? `, ${showUsd(spentUsd)}` : '';
  const news =
    added + updated + files === 0
      ? 'Nothing new.'
      : `${countOf(added, 'new job')}, ${showCount(updated)} updated, ${countOf(files, 'file')} (${sizeText(bytes)}).`;
  const lines = [
    `${toned(terminal, 'bold', plainText(dir))}  ${[countOf(totalOf(holdings), 'job'), ...shown].join(', ')}${spent}`,
    `Merged ${countOf(sources.length, 'folder')}: ${news}`,
    ...remarks(merge),
  ];
  return `${lines.join('\n')}\n`;
}

function* remarks(merge: MergeView): Iterable<string> {
  const { dir, missing, missingPaths, renamed, renamedPaths, doubled, doubledJobs, lacking } = merge;
  const named = (names: readonly string[], all: number): string =>
    plainText(`${names.join(', ')}${all > names.length ? ', …' : ''}`);
  if (missing > 0) {
    const are = countOf(missing, 'file is missing or damaged', 'files are missing or damaged');
    yield `${are}: ${named(missingPaths, missing)}. To download again at no charge: ${plainText(`rcb fetch ${quoted(dir)}`)}`;
  }
  if (renamed > 0) {
    const have = countOf(renamed, 'job has', 'jobs have');
    yield `${have} the id in the name, since another job has that name: ${named(renamedPaths, renamed)}`;
  }
  if (doubled > 0) {
    const are = countOf(doubled, 'job was', 'jobs were');
    yield `${are} paid for in two folders: ${named(doubledJobs, doubled)}. Both costs count; the first result is here, the other one stays where it is.`;
  }
  if (lacking.length > 0) {
    const are = lacking.length === 1 ? 'Shard' : 'Shards';
    yield `${are} ${lacking.map(shardWord).join(', ')} ${lacking.length === 1 ? 'is' : 'are'} in none of these folders: rcb run INPUT -o ${plainText(quoted(dir))} would submit what they have paid for. Merge them first, if they exist.`;
  }
}

/** The same for programs. */
export function mergeJson(merge: MergeView) {
  const { dir, sources, holdings, added, updated, files, bytes, missing, renamed, doubled, lacking } = merge;
  const { counts, spentUsd } = holdings;
  return {
    ...{ dir, sources, jobs: totalOf(holdings), states: { ...counts }, cost: roundedUsd(spentUsd) },
    ...{ jobs_added: added, jobs_updated: updated, files_added: files, bytes_added: bytes },
    ...{ files_missing: missing, jobs_renamed: renamed, jobs_paid_twice: doubled },
    shards_missing: lacking.map(shardWord),
  };
}
