import { type PageKeeper, pageKeeper } from '../app/page/page-child.ts';
import { realClock } from '../app/real-clock.ts';
import { quoted } from '../core/shell-words.ts';
import { passingLine } from '../report/progress/passing-line.ts';
import { plainText } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import type { Output } from './output.ts';
import type { System } from './system.ts';

const saidAfterMs = 1_000;

/** A page keeper that a user at the terminal can leave. */
export interface PageBeside extends Pick<PageKeeper, 'observe' | 'leave' | 'page'> {
  /** Waits for the page of how things stand, as long as the user likes; says so when there is trouble. */
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
    async finish() {
      const leaving = new AbortController();
      const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
        system.onSignal(name, () => leaving.abort()),
      );
      const line = passingLine(output.terminal);
      void realClock
        .sleep(saidAfterMs, leaving.signal)
        .then(() => output.quiet || line.show('Building the page… (Ctrl-C to skip)'))
        .catch(() => {});
      try {
        const trouble = await keeper.finish(leaving.signal);
        line.clear();
        if (trouble === null) return;
        const command = `rcb view ${plainText(quoted(dir))}`;
        output.warn(`The page is incomplete: ${trouble}. To build it: ${command}\n`);
      } finally {
        leaving.abort();
        line.clear();
        for (const release of signals) release();
      }
    },
  };
}

/** Brings a page up to date that is there. */
export async function refreshPage(dir: string, output: Output, system: System): Promise<void> {
  const beside = pageBeside(dir, {}, output, system);
  if (beside?.page() != null) await beside.finish();
}
