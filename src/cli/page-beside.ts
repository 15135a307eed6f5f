import { type PageKeeper, pageKeeper } from '../app/page/page-child.ts';
import { lastThumbnailsMs, type ThumbnailProgress } from '../app/page/page-words.ts';
import { realClock } from '../app/real-clock.ts';
import { countOf, showCount } from '../core/counts.ts';
import { quoted } from '../core/shell-words.ts';
import { thumbnailsLeftText, thumbnailsToMakeText } from '../report/progress/page-text.ts';
import { passingLine } from '../report/progress/passing-line.ts';
import { plainText } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import type { Output } from './output.ts';
import type { System } from './system.ts';

const saidAfterMs = 1_000;

/** A page keeper that a user at the terminal can leave. */
export interface PageBeside extends Pick<PageKeeper, 'observe' | 'leave' | 'page' | 'path'> {
  /** Waits for the page of how things stand, as long as the user likes; says what it waits for, and what went wrong. */
  finish(): Promise<void>;
}

/** Has the page made beside a run. null: the user wants none. */
export function pageBeside(dir: string, flags: Flags, output: Output, system: System): PageBeside | null {
  if (flags.view === false) return null;
  const { execPath, mainPath, env } = system;
  const keeper = pageKeeper(dir, { execPath, args: [mainPath, '__view', '--'], env });
  return {
    observe: keeper.observe,
    leave: keeper.leave,
    page: keeper.page,
    path: keeper.path,
    async finish() {
      const leaving = new AbortController();
      const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
        system.onSignal(name, () => leaving.abort()),
      );
      const wait = waiting(dir, output);
      try {
        const trouble = await keeper.finish(leaving.signal, wait.onThumbnails);
        wait.ended(trouble, leaving.signal.aborted);
      } finally {
        wait.stop();
        for (const release of signals) release();
      }
    },
  };
}

/** Says what the last page waits for, once that takes a while. */
function waiting(dir: string, { terminal, quiet, say, warn, page }: Output) {
  const view = `rcb view ${plainText(quoted(dir))}`;
  const line = passingLine(terminal);
  const over = new AbortController();
  page('building');
  let isTold = false;
  let left = 0;
  const show = (text: string): void => void (quiet || line.show(text));
  void realClock.sleep(saidAfterMs, over.signal).then(
    () => isTold || show('Building the page… (Ctrl-C to skip)'),
    () => {},
  );
  function stop(): void {
    over.abort();
    line.clear();
  }
  return {
    stop,
    onThumbnails(progress: ThumbnailProgress): void {
      left = progress.all - progress.made;
      if (!isTold && progress.leftMs < saidAfterMs) return;
      if (!isTold) {
        line.clear();
        say(thumbnailsToMakeText({ left, leftMs: progress.leftMs, maxMs: lastThumbnailsMs, view }));
      }
      isTold = true;
      show(`Making ${countOf(progress.all, 'thumbnail')}: ${showCount(progress.made)} (Ctrl-C to skip)`);
    },
    ended(trouble: string | null, isLeft: boolean): void {
      stop();
      page(trouble === null && !isLeft && left === 0 ? 'built' : 'incomplete');
      if (trouble !== null) warn(`The page is incomplete: ${trouble}. To build it: ${view}\n`);
      else if (isLeft && !isTold) say(`The page was left as it is. To build it: ${view}\n`);
      else if (!isLeft && left > 0) say(thumbnailsLeftText(left, view));
    },
  };
}

/** Brings a page up to date that is there. */
export async function refreshPage(dir: string, output: Output, system: System): Promise<void> {
  const beside = pageBeside(dir, {}, output, system);
  if (beside?.page() != null) await beside.finish();
}
