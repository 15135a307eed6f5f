import { hash } from 'node:crypto';
import { resolve, sep } from 'node:path';
import { type ManifestLine, resultsOf } from '../../core/job/manifest.ts';
import { keyedInput, promptText } from '../../core/job/named-inputs.ts';
import { replaceFile } from '../../store/files/replaced-files.ts';
import { workerOn } from '../../store/folder/lock.ts';
import { type LedgerReader, openReader } from '../../store/ledger/reader.ts';
import { readFlatImages } from '../../view/flat-images.ts';
import type { PageHead, PageJob } from '../../view/page-data.ts';
import { maxPageJobs, pageTemplate, pageTexts } from '../../view/page-file.ts';
import { pageJob } from '../../view/page-job.ts';
import { folderLabels, joinedAxes, pageIdOf } from '../../view/pairs/compared-folders.ts';
import {
  type FolderDifference,
  type FolderFigures,
  folderDifferences,
  folderFigures,
  type PairedFacts,
} from '../../view/pairs/pair-figures.ts';
import { pairLabels } from '../../view/pairs/pair-labels.ts';
import { inCommon, likenesses, pairsOf } from '../../view/pairs/pairing.ts';
import { openThumbnails } from '../../view/thumbnails.ts';
import { overviewOf } from '../folder/folder-overview.ts';
import { realClock } from '../real-clock.ts';
import { joinedOverview, pathsFrom, placeOfComparison, refuseFolders } from './compared-parts.ts';

/** The page that was made of several run folders. */
export interface Compared {
  readonly page: string;
  readonly jobs: number;
  readonly shown: number;
  readonly pairs: number;
  readonly folders: readonly (FolderFigures & {
    readonly label: string;
    readonly dir: string;
    /** Pictures without a thumbnail. */
    readonly bare: number;
  })[];
  /** Of each but the first. */
  readonly differences: readonly FolderDifference[];
}

/** A folder that is compared. */
interface Side {
  readonly dir: string;
  readonly label: string;
  readonly reader: LedgerReader;
  /** The labels of its pairs, by job. */
  readonly pairOf: ReadonlyMap<string, string>;
}

/**
 * Makes one page of several run folders, with their jobs in pairs. Their files stay where they are, and the folders as
 * they are: the page links to them. `out`: null for a page beside the first one. Throws `UserError`, and the reason of
 * `enough` when that is aborted.
 */
export async function comparePage(
  dirs: readonly string[],
  out: string | null,
  enough: AbortSignal,
): Promise<Compared> {
  refuseFolders(dirs);
  const labels = folderLabels(
    dirs.map((dir) =>
      resolve(dir)
        .split(sep)
        .filter((part) => part !== ''),
    ),
  );
  const page = placeOfComparison(dirs, labels, out);
  const readers: LedgerReader[] = [];
  try {
    for (const dir of dirs) readers.push(openReader(dir));
    const { pairs, labelled } = pairedJobs(readers);
    const sides = readers.map((reader, n): Side => {
      const [dir, label] = [dirs[n] as string, labels[n] as string];
      return { dir, label, reader, pairOf: labelled[n] ?? new Map() };
    });
    const facts: PairedFacts[] = [];
    const bare = dirs.map(() => 0);
    const jobs = pageJobs(sides, page, enough, (fact, without) => {
      facts.push(fact);
      bare[fact.folder] = (bare[fact.folder] as number) + without;
    });
    const head = headOf(sides, page);
    await replaceFile(page, pageTexts(pageTemplate(), head, jobs), 'synced');
    const figures = folderFigures(facts, dirs.length);
    return {
      page,
      jobs: head.jobCount,
      shown: facts.length,
      pairs,
      folders: sides.map(({ label, dir }, n) => ({
        ...{ label, dir, bare: bare[n] as number },
        ...(figures[n] as FolderFigures),
      })),
      differences: folderDifferences(facts, dirs.length),
    };
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** Each folder gets the same share of the page. */
const limitOf = (folders: number): number => Math.floor(maxPageJobs / folders);

/** The labels of the pairs, by folder and job. Only hashes of the inputs are kept, of which there may be many. */
function pairedJobs(readers: readonly LedgerReader[]) {
  const columns = readers.map((reader) => reader.columns());
  const byName = inCommon(columns.map(({ inputs }) => inputs));
  const byKey = inCommon(columns.map(keysIn));
  // One folder may have names for what another one calls by its keys.
  const isKeyed = byKey.length > byName.length;
  const common = {
    inputs: isKeyed ? byKey : byName,
    tags: inCommon(columns.map(({ tags }) => tags)),
  };
  const titles: { readonly job: string; readonly title: string }[][] = [];
  const alike = readers.map((reader) => {
    const own: { readonly job: string; readonly title: string }[] = [];
    titles.push(own);
    return Array.from(reader.lines({ limit: limitOf(readers.length) }), (line) => {
      own.push({ job: line.job, title: titleOf(line) });
      const told = isKeyed ? { ...line, ...keyedInput(line) } : line;
      return likenesses(told, common).map((text) => text && hash('sha1', text, 'base64'));
    });
  });
  const pairs = pairsOf(alike);
  const labels = pairLabels(
    pairs.map(({ members: [first] }) => (first ? (titles[first.folder]?.[first.at]?.title ?? '') : '')),
  );
  const labelled = readers.map(() => new Map<string, string>());
  for (const [n, { members }] of pairs.entries()) {
    for (const { folder, at } of members) {
      labelled[folder]?.set(titles[folder]?.[at]?.job ?? '', labels[n] as string);
    }
  }
  return { pairs: pairs.length, labelled };
}

/** The inputs of a folder by their keys. */
function keysIn({ inputs, names }: ReturnType<LedgerReader['columns']>): readonly string[] {
  const keys = new Map([...names].map(([key, name]) => [name, key]));
  return [...new Set(inputs.map((name) => keys.get(name) ?? name))];
}

/** What a job makes, as the label of its row: its prompt, and its place on the other axes. */
function titleOf({ input, id, job, axes, rep }: ManifestLine): string {
  const prompt = promptText(input);
  const words = prompt || (id ?? job);
  const others = Object.entries(axes)
    .filter(([name, value]) => name !== 'prompt' && name !== 'model' && value !== prompt)
    .map(([name, value]) => (typeof value === 'string' ? value : `${name} ${JSON.stringify(value)}`));
  return [words, ...others, ...(rep > 1 ? [`rep ${rep}`] : [])].join(' · ');
}

function* pageJobs(
  sides: readonly Side[],
  page: string,
  enough: AbortSignal,
  count: (fact: PairedFacts, bare: number) => void,
): Iterable<PageJob> {
  for (const [folder, { dir, label, reader, pairOf }] of sides.entries()) {
    const from = pathsFrom(page, dir);
    const thumbs = openThumbnails(dir, null, () => {});
    for (const { line, isPlanned } of reader.placedLines({ limit: limitOf(sides.length) })) {
      enough.throwIfAborted();
      const own = pageJob(line, isPlanned, thumbs.of);
      // One that has come since the pairs were made stands alone.
      const pair = pairOf.get(line.job) ?? line.job;
      const bare = resultsOf(line).filter(
        (file) => file.mime.startsWith('image/') && thumbs.of(file) === null,
      );
      const { submittedAt, finishedAt, costUsd } = own;
      const isDone = own.state === 'done';
      const tookMs =
        submittedAt === null || finishedAt === null || finishedAt < submittedAt
          ? null
          : finishedAt - submittedAt;
      count({ folder, pair, isDone, costUsd, tookMs }, bare.length);
      yield {
        ...own,
        ...{ job: pageIdOf(own.job, folder), folder: label, pair },
        parent: own.parent === null ? null : pageIdOf(own.parent, folder),
        outputs: own.outputs.map((output) => ({
          ...output,
          path: from(output.path),
          thumb: output.thumb === null ? null : from(output.thumb),
        })),
        answer: own.answer === null ? null : from(own.answer),
      };
    }
  }
}

function headOf(sides: readonly Side[], page: string): PageHead {
  const keys = sides.map(({ reader }) => reader.folderKey()).toSorted();
  return {
    name: sides.map(({ label }) => label).join(' · '),
    dir: sides.map(({ dir }) => dir).join(' '),
    folderKey: `compared-${hash('sha256', keys.join('\n')).slice(0, 16)}`,
    madeAt: realClock.now(),
    isRunning: sides.some(({ dir }) => workerOn(dir) !== null),
    jobCount: sides.reduce((sum, { reader }) => sum + reader.jobCount(), 0),
    defaultModel: '',
    axes: joinedAxes(
      sides.map(({ reader }) => reader.axes(10_000).map(({ name, values }) => ({ name, values }))),
    ),
    overview: joinedOverview(
      sides.map(({ dir, reader }) => ({
        from: pathsFrom(page, dir),
        overview: overviewOf(reader, reader.holdings(), readFlatImages(dir)),
      })),
    ),
    compared: sides.map(({ label, dir }) => ({ label, dir })),
  };
}
