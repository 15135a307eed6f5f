import type { RunAccount } from '../../../core/job/overview.ts';
import { showUsd } from '../../../core/money/prices.ts';
import { instant } from '../job/instant.ts';
import { countText, tookText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';

/** One row for each run, latest first. */
export function runsPart(runs: readonly RunAccount[]): HTMLElement {
  const names = ['started', 'took', 'done', 'spent', 'reused', 'saved'];
  const body = element('tbody', {});
  for (const { startedAt, endedAt, done, spentUsd, reused, reusedUsd } of runs) {
    const texts = [
      endedAt === null ? 'not finished' : tookText(Math.max(0, endedAt - startedAt)),
      countText(done),
      showUsd(spentUsd),
      countText(reused),
      showUsd(reusedUsd),
    ];
    body.append(
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, instant(startedAt)),
        ...texts.map((text) => element('td', {}, text)),
      ),
    );
  }
  return element(
    'div',
    { class: 'runs' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)))),
      body,
    ),
  );
}
