import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildPage, type PageBuilt, thumbnailsOf } from '../../app/page/page-build.ts';
import type { SavedFile } from '../../core/job/job.ts';
import { jsonLine } from '../../report/json-line.ts';
import { type PageReport, pageText } from '../../report/progress/page-text.ts';
import { type PassingLine, passingLine } from '../../report/progress/passing-line.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { countOf, showCount } from '../../report/terminal/wording.ts';
import { type LedgerReader, openReader } from '../../store/ledger/reader.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import { pageFile } from '../../view/page-file.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { openInBrowser } from '../browser.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Talk, talkOf } from '../talk.ts';

// Decoding happens on libuv's threads, of which there are four.
const maxAtOnce = 4;

/** `rcb view [DIR]`: makes the viewer's page and its thumbnails anew; works while a run is going on. */
export async function viewCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const talk = talkOf(flags, surroundings);
  const dir = folderOf(words);
  const enough = new AbortController();
  const releases = (['SIGINT', 'SIGTERM'] as const).map((name) =>
    surroundings.onSignal(name, () => enough.abort(name)),
  );
  const reader = openReader(dir);
  try {
    const report = await viewOf(reader, talk, enough.signal);
    talk.say(pageText(report, talk.terminal));
    if (truth(flags, 'json')) surroundings.stdout.write(jsonLine(reportJson(report)));
    if (!truth(flags, 'open')) return exitCodes.done;
    const trouble = await openInBrowser(report.page, surroundings.env);
    if (trouble !== null) talk.warn(`${plainText(trouble)}\n`);
    return exitCodes.done;
  } catch (error) {
    if (error !== enough.signal.reason) throw error;
    return error === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  } finally {
    reader.close();
    for (const release of releases) release();
  }
}

async function viewOf(reader: LedgerReader, talk: Talk, enough: AbortSignal): Promise<PageReport> {
  const { dir } = reader;
  const look = await imageAnalyser();
  const thumbs = await thumbnailsOf(dir, look, Math.min(maxAtOnce, availableParallelism()));
  const orphans = await thumbs.removeOrphans(filesOf(reader));
  // The page comes first: it can be used while the thumbnails are made.
  let built = await buildPage(reader, thumbs, enough);
  if (built.wanted.length > 0) {
    const line = passingLine(talk.terminal);
    try {
      await thumbs.make(built.wanted, () => !enough.aborted, progressOn(talk, line, built));
    } finally {
      line.clear();
    }
    built = await buildPage(reader, thumbs, enough);
  }
  const { made, undecodable } = thumbs.counts();
  const { jobs, shown, thumbnails } = built;
  return {
    page: join(dir, pageFile),
    jobs,
    shown,
    thumbnails,
    made,
    undecodable,
    orphans,
    lacksSharp: look === null,
  };
}

function reportJson(report: PageReport) {
  const { page, jobs, shown, thumbnails, made, undecodable, orphans, lacksSharp } = report;
  return {
    page,
    jobs,
    jobs_in_page: shown,
    thumbnails,
    thumbnails_made: made,
    thumbnails_removed: orphans,
    images_undecodable: undecodable,
    sharp: !lacksSharp,
  };
}

function* filesOf(reader: LedgerReader): Iterable<SavedFile> {
  for (const { outputs } of reader.lines({ states: ['done'] })) yield* outputs;
}

function progressOn({ quiet }: Talk, line: PassingLine, { wanted }: PageBuilt): () => void {
  const all = countOf(wanted.length, 'thumbnail');
  let looked = 0;
  return () => {
    looked += 1;
    if (!quiet) line.show(`Making ${all}: ${showCount(looked)}`);
  };
}
