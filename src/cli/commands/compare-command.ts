import { type Compared, comparePage } from '../../app/page/compared-page.ts';
import { comparisonText } from '../../report/folder/comparison-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import type { Call } from '../argv/call.ts';
import { text, truth } from '../argv/settings.ts';
import { interruptible } from '../interrupts.ts';
import { outputOf } from '../output.ts';
import type { System } from '../system.ts';

/** `rcb view DIR DIR…`: one page of several run folders, in pairs. `open` opens it. Resolves with the exit code. */
export function compareFolders(
  { flags, words }: Call,
  system: System,
  open: (page: string) => Promise<number>,
): Promise<number> {
  const output = outputOf(flags, system);
  return interruptible(system, async (enough) => {
    const compared = await comparePage(words, text(flags, 'out'), enough);
    output.say(comparisonText(compared, output.terminal));
    if (truth(flags, 'json')) system.stdout.write(jsonLine(comparedJson(compared)));
    return open(compared.page);
  });
}

const cents = (usd: number): number => Math.round(usd * 1e6) / 1e6;

function comparedJson({ page, jobs, shown, pairs, folders, differences }: Compared) {
  return {
    page,
    jobs,
    jobs_in_page: shown,
    pairs,
    folders: folders.map(({ label, dir, jobs: own, done, spentUsd, medianMs, slowMs }) => ({
      ...{ label, dir, jobs: own, done },
      cost: cents(spentUsd),
      median_ms: medianMs,
      p95_ms: slowMs,
    })),
    differences: differences.map(({ folder, pairs: both, onlyInFirst, onlyInOther, priced, timed }) => ({
      folder: folders[folder]?.label,
      against: folders[0]?.label,
      pairs: both,
      only_in_first: onlyInFirst,
      only_in_other: onlyInOther,
      priced_pairs: priced.pairs,
      cost: cents(priced.otherUsd),
      cost_of_first: cents(priced.firstUsd),
      median_ms: timed.otherMs,
      median_ms_of_first: timed.firstMs,
    })),
  };
}
