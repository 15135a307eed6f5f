import type { JsonObject } from '../core/json.ts';
import { showUsd } from '../core/prices.ts';
import { valueText } from './json-wording.ts';
import { plainText, type Terminal, toned } from './terminal.ts';
import { countOf } from './wording.ts';

/** A submit whose outcome nobody knows. */
export interface UnknownView {
  readonly job: string;
  readonly id: string | null;
  readonly model: string;
  readonly input: JsonObject;
  /** ISO 8601; when it was sent, as far as is known. */
  readonly submittedAt: string | null;
  /** Base price in dollars; null: not known. */
  readonly usd: number | null;
  readonly message: string;
}

/** `rcb reconcile`: what is in doubt, what is at stake, where to look, and how to settle it. Ends with a line break. */
export function unknownText(views: readonly UnknownView[], dir: string, terminal: Terminal): string {
  if (views.length === 0) return 'Nothing to settle: every submit has a known outcome.\n';
  const known = views.flatMap(({ usd }) => (usd === null ? [] : [usd]));
  const stake = known.reduce((sum, usd) => sum + usd, 0);
  const lines = [
    toned(
      terminal,
      'bold',
      `${countOf(views.length, 'submit')} of unknown outcome, each perhaps running and billed.`,
    ),
    known.length === 0
      ? 'At stake: not known.'
      : `At stake: ${known.length < views.length ? 'more than ' : ''}${showUsd(stake)} (base prices).`,
    '',
    ...views.flatMap((view) => viewLines(view, terminal)),
    'The API cannot tell what became of them; the Generations page of your RunComfy account can. For each one:',
    `  it is there        rcb reconcile ${plainText(dir)} --adopt JOB=REQUEST_ID`,
    `  it is not there    rcb reconcile ${plainText(dir)} --resubmit JOB   (or all: each is paid for again if it was accepted)`,
    `  let it be          rcb reconcile ${plainText(dir)} --write-off JOB  (or all)`,
  ];
  return `${lines.join('\n')}\n`;
}

function viewLines(view: UnknownView, terminal: Terminal): string[] {
  const name = view.id === null ? '' : `  ${plainText(view.id)}`;
  const price = view.usd === null ? 'price not known' : showUsd(view.usd);
  const inputs = Object.entries(view.input).map(([key, value]) => `${key}=${valueText(value, 300)}`);
  return [
    `  ${toned(terminal, 'bold', view.job)}${name}`,
    `    sent      ${view.submittedAt ?? 'at a time that is not known'}, ${price}`,
    `    model     ${plainText(view.model)}`,
    `    inputs    ${inputs.map(plainText).join('  ')}`,
    `    ${toned(terminal, 'dim', plainText(view.message))}`,
    '',
  ];
}
