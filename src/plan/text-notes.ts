import type { Place, Problem } from '../core/complaints.ts';
import { isFreeText } from './axis-elements.ts';
import { type Blank, rawValue } from './body.ts';
import { flagColumns, holdsFlags } from './midjourney.ts';
import type { RowParts } from './row-parts.ts';
import type { ModelInputs } from './schema.ts';
import { showName, showValue } from './sentences.ts';
import { holdsWildcard } from './wildcard-syntax.ts';

/** What a plan notices about the texts of its rows, to say each thing once, before anything is paid for. */
export interface TextNotes {
  /** The texts of a row, as written. */
  see(parts: RowParts, inputs: ModelInputs): void;
  blank(blank: Blank): void;
  /** A job whose seed was drawn. */
  drew(): void;
  atEnd(): readonly Problem[];
}

interface Finding {
  rows: number;
  readonly place: Place | null;
  /** What the first one holds. */
  readonly shown: string;
}

const suspicious = /--[a-z]|[{]|__|^\s*\/imagine|::-?\d/i;
const maxColumnsShown = 4;

export function textNotes({
  literal,
  wildcards,
}: {
  readonly literal: boolean;
  readonly wildcards: boolean;
}): TextNotes {
  const found = new Map<'flags' | 'brace' | 'wildcard', Finding>();
  const columns = new Map<string, string>();
  const blanks = new Map<string, { count: number; readonly place: Place | null }>();
  let drawn = 0;

  function note(kind: 'flags' | 'brace' | 'wildcard', place: Place | null, shown: string): void {
    const finding = found.get(kind);
    if (finding === undefined) found.set(kind, { rows: 1, place, shown });
    else finding.rows += 1;
  }

  function seeText(
    name: string,
    text: string,
    place: Place | null,
    parts: RowParts,
    inputs: ModelInputs,
  ): void {
    if (holdsFlags(text)) {
      note('flags', place, name);
      for (const [flag, word] of flagColumns(text, inputs)) if (!columns.has(flag)) columns.set(flag, word);
    }
    if (!wildcards) {
      const wildcard = holdsWildcard(text);
      if (wildcard !== null) note('wildcard', place, `${name} holds ${showName(wildcard)}`);
    }
    const brace = /(?<!\{)\{([A-Za-z_][\w -]{0,40})\}(?!\})/.exec(text);
    const [whole, column = ''] = brace ?? [];
    if (whole !== undefined && (column === 'prompt' || parts.texts.textOf(column) !== null)) {
      note('brace', place, `${name} holds ${whole}`);
    }
  }

  return {
    see(parts, inputs) {
      if (literal || parts.reading.row === null || parts.reading.row.sent !== undefined) return;
      for (const [name, { cell, place }] of parts.columns.given) {
        const text = rawValue(cell);
        if (typeof text !== 'string' || !suspicious.test(text)) continue;
        if (isFreeText(inputs.fields?.get(name) ?? null)) seeText(name, text, place, parts, inputs);
      }
    },
    blank({ word, place }) {
      const known = blanks.get(word);
      if (known === undefined) blanks.set(word, { count: 1, place });
      else known.count += 1;
    },
    drew() {
      drawn += 1;
    },
    atEnd() {
      const flags = found.get('flags');
      const brace = found.get('brace');
      const wildcard = found.get('wildcard');
      return [
        ...(flags === undefined ? [] : [flagsWarning(flags, columns)]),
        ...(brace === undefined ? [] : [braceWarning(brace)]),
        ...(wildcard === undefined ? [] : [wildcardWarning(wildcard)]),
        ...[...blanks].map(([word, { count, place }]) => blankNote(word, count, place)),
        ...(drawn === 0 ? [] : [drawnNote(drawn)]),
      ];
    },
  };
}

function rowsOf({ rows }: Finding): string {
  return rows === 1 ? '' : ` (${rows.toLocaleString('en-US')} rows do)`;
}

function flagsWarning(finding: Finding, columns: ReadonlyMap<string, string>): Problem {
  const shown = [...columns].slice(0, maxColumnsShown).map(([flag, word]) => `${flag} → ${word}`);
  const advice = shown.length === 0 ? '' : `; as columns they are ${shown.join(', ')}`;
  const message = `${finding.shown} holds flags of Midjourney${rowsOf(finding)}, which are sent as words of the prompt${advice}`;
  return { severity: 'warning', place: finding.place, kind: 'midjourney', message };
}

function braceWarning(finding: Finding): Problem {
  const message = `${finding.shown}${rowsOf(finding)}, which is sent as it is; write {{column}} to fill in a column`;
  return { severity: 'warning', place: finding.place, kind: 'single_brace', message };
}

function wildcardWarning(finding: Finding): Problem {
  const message = `${finding.shown}${rowsOf(finding)}, which is sent as it is; --wildcards makes a job of each value, --literal says that it is meant so`;
  return { severity: 'warning', place: finding.place, kind: 'wildcard', message };
}

function blankNote(word: string, count: number, place: Place | null): Problem {
  const cells = count === 1 ? '1 cell holds' : `${count.toLocaleString('en-US')} cells hold`;
  const message = `${cells} only ${showValue(word)} and ${count === 1 ? 'counts' : 'count'} as empty`;
  return { severity: 'note', place, kind: 'blank_word', message };
}

function drawnNote(count: number): Problem {
  const jobs =
    count === 1 ? 'the seed of 1 job is' : `the seeds of ${count.toLocaleString('en-US')} jobs are`;
  const message = `${jobs} drawn (random, or -1); the run folder keeps them`;
  return { severity: 'note', place: null, kind: 'drawn_seed', message };
}
