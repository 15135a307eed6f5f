import type { Problem } from '../../core/complaints.ts';
import type { Sweep } from '../../core/sweep.ts';
import { inspectJson } from '../json/json-faults.ts';
import { parseJson } from '../json/json-row.ts';
import { jsonTree } from '../json/json-tree.ts';
import { maxValues, tooManyValues } from '../json/value-tree.ts';
import { positionFinder } from '../positions.ts';
import { fault, type TextFault, Unreadable } from '../reading.ts';
import { readingOf, untilUnreadable } from '../rows.ts';
import type { InputSource } from '../sources/sources.ts';
import { wholeText } from '../text/whole-text.ts';
import { sweepOf } from './sweep-form.ts';
import { sweepPage } from './sweep-page.ts';
import { type YamlTree, yamlTree } from './yaml-tree.ts';

/**
 * The sweep in an input of the format `yaml` or `json`; null after what is wrong with it was reported to `onProblem`, all
 * of it, in the order of the text. Throws `UserError` (`input`) when the system refuses to read on.
 */
export async function readSweep(
  source: InputSource,
  onProblem: (problem: Problem) => void,
): Promise<Sweep | null> {
  return untilUnreadable(source.name, onProblem, async () =>
    sweepOfText(source, await wholeText(readingOf(source, onProblem))),
  );
}

/** The sweep that a text holds. Throws `Unreadable` with all that is wrong with it. */
export function sweepOfText(
  { name: file, format }: Pick<InputSource, 'name' | 'format'>,
  text: string,
): Sweep {
  const positionOf = positionFinder(text);
  const unreadable = (faults: readonly TextFault[]): Unreadable => {
    const ordered = [...faults].sort((a, b) => a.at - b.at);
    return new Unreadable(
      ...ordered.map(({ at, kind, message }) => fault(file, positionOf(at), kind, message)),
    );
  };
  const { tree, faults } = format === 'json' ? jsonSweep(text) : yamlTree(text);
  if (tree === null) {
    const empty = { at: 0, kind: 'empty', message: 'the file contains only comments.' };
    throw unreadable(faults.length === 0 ? [empty] : faults);
  }
  const page = sweepPage(file, positionOf);
  const sweep = sweepOf(page, tree);
  // A value that could not be read stands as an empty one in the tree, and has been reported already.
  const spots = new Set(faults.map(({ at }) => at));
  const wrong = [...faults, ...page.faults.filter(({ at }) => !spots.has(at))];
  if (sweep === null || wrong.length > 0) throw unreadable(wrong);
  return sweep;
}

function jsonSweep(text: string): YamlTree {
  const parsed = parseJson(text, 'file');
  if ('fault' in parsed) return { tree: null, faults: [withAdvice(parsed.fault)] };
  const { faults } = inspectJson(text);
  if (faults.length > 0) return { tree: null, faults };
  const tree = jsonTree(text, maxValues);
  return { tree, faults: tree === null ? [{ at: 0, kind: 'too_long', message: tooManyValues }] : [] };
}

function withAdvice(fault: TextFault): TextFault {
  if (!/after JSON\.$/.test(fault.message)) return fault;
  const advice = ' If each line holds an object of its own, add --format jsonl.';
  return { ...fault, message: fault.message + advice };
}
