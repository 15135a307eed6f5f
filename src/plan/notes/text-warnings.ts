import type { Place, Problem } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import { showValue } from '../models/sentences.ts';
import { weightWarning } from './plan-warnings.ts';

/** What was noticed in some texts of a plan. */
export interface Finding {
  readonly count: number;
  /** All of them are texts of rows, not of axes or defaults. */
  readonly ofRows: boolean;
  /** Where the first one stands, and what it holds. */
  readonly place: Place | null;
  readonly shown: string;
}

const maxColumnsShown = 4;

export function midjourneyWarning(finding: Finding, columns: ReadonlyMap<string, string>): Problem {
  const shown = [...columns].slice(0, maxColumnsShown).map(([flag, word]) => `${flag} → ${word}`);
  const advice = shown.length === 0 ? '' : `; as columns: ${shown.join(', ')}`;
  return warningOf(
    'midjourney',
    finding,
    `that is a Midjourney flag, and is sent as part of the prompt${advice}`,
  );
}

export function braceWarning(finding: Finding): Problem {
  return warningOf('single_brace', finding, 'it is sent as written; write {{column}} to fill in a column');
}

export function wildcardWarning(finding: Finding): Problem {
  const ways = '--wildcards makes a job of each value, --literal confirms the text';
  return warningOf('wildcard', finding, `it is sent as written; ${ways}`);
}

/** Said of a column that a template draws on. */
export function fillingWarning(finding: Finding): Problem {
  const way = 'programs write that for an empty cell, but here it is filled into a text; clear such cells';
  return warningOf('blank_filled', finding, way);
}

export function weightFinding({ shown, place, count }: Finding): Problem {
  return weightWarning(shown, place, count);
}

function warningOf(kind: string, { shown, place, count, ofRows }: Finding, consequence: string): Problem {
  const many = count === 1 ? '' : ` (${showCount(count)} ${ofRows ? 'rows' : 'texts'} in all)`;
  return { severity: 'warning', place, kind, message: `${shown}${many}: ${consequence}` };
}

export function blankNote(word: string, count: number, place: Place | null): Problem {
  const cells = count === 1 ? '1 cell holds' : `${showCount(count)} cells hold`;
  const message = `${cells} only ${showValue(word)} and ${count === 1 ? 'counts' : 'count'} as empty`;
  return { severity: 'note', place, kind: 'blank_word', message };
}

/** Said of the wildcards of rows; those of axes are among the axes. */
export function wildcardNote(rows: number, texts: number): Problem {
  const whose = rows === 1 ? '1 row' : `${showCount(rows)} rows`;
  const message = `the wildcards of ${whose} make ${showCount(texts)} texts`;
  return { severity: 'note', place: null, kind: 'wildcard', message };
}

export function drawnNote(count: number, isKept: boolean): Problem {
  const jobs = count === 1 ? 'the seed of 1 job is' : `the seeds of ${showCount(count)} jobs are`;
  const rest = isKept
    ? 'the run folder keeps them'
    : 'these are examples: the first run draws its own and keeps them';
  return {
    severity: 'note',
    place: null,
    kind: 'drawn_seed',
    message: `${jobs} drawn (random, or -1); ${rest}`,
  };
}
