import { type Problem, problemValue } from '../../core/complaints.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import type { AxisSource } from '../../core/sweep.ts';
import type { CellRules } from '../conventions.ts';
import { baseOf, dataLinkWarning, type FileFinder } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import { showName, showValue } from '../models/sentences.ts';
import { weightWarning } from '../notes/plan-warnings.ts';
import { type AxisElement, choicesOf, elementsOf } from './axis-elements.ts';
import { AxisFault } from './axis-grammar.ts';
import { type ItemFault, itemValues } from './axis-items.ts';
import { maxAxisValues } from './axis-range.ts';
import { drawOf, isDraw } from './drawn-seeds.ts';

export interface AxisResolved {
  /**
   * As the body wants them, each once, in the order given; empty where a problem is an error. A text with `{{column}}`
   * is left as it is, unchecked.
   */
  readonly values: readonly JsonValue[];
  /** Number of repeated values that were dropped. */
  readonly repeated: number;
  /** The files behind the markers in `values`. */
  readonly files: readonly MediaFile[];
  /** Errors, or a warning that files are sent as data URIs. */
  readonly problems: readonly Problem[];
}

/** How an axis is read. */
interface AxisReading {
  readonly finder: FileFinder;
  readonly rules: CellRules;
  /** Whether a value that is given twice counts twice; left out: it does not. */
  readonly repeats?: 'drop' | 'keep';
}

/**
 * The values of an axis for one input; null: a name that templates alone use. Types, choices and files are checked,
 * limits are left to `checkBody`. Linked axes keep values given twice. Never throws.
 */
export function axisValues(
  source: AxisSource,
  field: InputField | null,
  { finder, rules, repeats = 'drop' }: AxisReading,
): AxisResolved {
  const elements = cutUp(source, field, rules);
  if (elements instanceof AxisFault) {
    return failed(source, [
      { kind: 'axis', message: `${shown(source)} cannot be read: ${elements.message}` },
    ]);
  }
  const name = showName(field?.name ?? source.name);
  const where = elements.length > 1 ? ` in ${shown(source)}` : '';
  const worded = ({ kind, shown, reason }: ItemFault) => ({
    kind,
    message: `${name} ${showValue(shown)}${where} ${reason}`,
  });
  const target = { field, base: baseOf(source.place), finder, rules };
  const reads = elements.map((element) => ({ element, read: itemValues(element, target) }));
  const faults = reads.flatMap(({ read }) => (read.ok ? [] : [worded(read)]));
  if (faults.length > 0) return failed(source, faults);

  const { kept, repeated, idle } = collected(
    reads.map(({ element, read }) => ({ element, values: read.ok ? read.values : [] })),
    choicesOf(field) ?? [],
    repeats === 'keep',
  );
  if (idle !== null) {
    const message = `${name} "!${showName(idle)}"${where} removes nothing; write *,!${showName(idle)} for all others`;
    return failed(source, [{ kind: 'axis', message }]);
  }
  if (kept.length === 0) {
    return failed(source, [
      { kind: 'axis', message: `${shown(source)} leaves no values; keep at least one` },
    ]);
  }
  if (kept.length > maxAxisValues) {
    const max = maxAxisValues.toLocaleString('en-US');
    return failed(source, [
      { kind: 'axis', message: `${shown(source)} has more than ${max} values; give fewer` },
    ]);
  }
  const files = reads.flatMap(({ read }) => (read.ok ? read.files : []));
  const warning =
    files.length > 0 && field !== null ? dataLinkWarning(field.name, field, source.place) : null;
  const weighted = reads.filter(({ read }) => read.ok && read.isWeighted === true).length;
  return {
    values: kept,
    repeated,
    files,
    problems: [
      ...(warning === null ? [] : [warning]),
      ...(weighted === 0 ? [] : [weightWarning(source.name, source.place, weighted)]),
    ],
  };
}

function cutUp(
  source: AxisSource,
  field: InputField | null,
  rules: CellRules,
): readonly AxisElement[] | AxisFault {
  try {
    return elementsOf(source.given, field, rules);
  } catch (error) {
    if (error instanceof AxisFault) return error;
    throw error;
  }
}

interface Part {
  readonly element: AxisElement;
  readonly values: readonly JsonValue[];
}

/** The remaining values. `idle`: a choice to remove that is not among them. */
function collected(parts: readonly Part[], choices: readonly JsonValue[], keepRepeats: boolean) {
  const seen = new Set<string>();
  const values: JsonValue[] = [];
  let [repeated, drawn] = [0, 0];
  const given = parts.filter(({ element }) => element.kind !== 'without');
  const taken = parts.filter(({ element }) => element.kind === 'without');
  const all = { kind: 'all' } as const;
  for (const { element, values: some } of given.length > 0 ? given : [{ element: all, values: choices }]) {
    for (const given of some) {
      // Random seeds all differ.
      const value = isDraw(given) ? drawOf(drawn++) : given;
      const key = canonicalJson(value);
      const again = seen.has(key);
      seen.add(key);
      if (again && element.kind !== 'all') repeated += 1;
      if (!again || (keepRepeats && element.kind !== 'all')) values.push(value);
    }
  }
  const idle = taken.find((part) => part.values.some((value) => !seen.has(canonicalJson(value))));
  const away = new Set(taken.flatMap((part) => part.values.map(canonicalJson)));
  return {
    kept: away.size === 0 ? values : values.filter((value) => !away.has(canonicalJson(value))),
    repeated,
    idle: idle?.element.kind === 'without' ? idle.element.text : null,
  };
}

function failed(
  { place, name, given }: AxisSource,
  faults: readonly { readonly kind: string; readonly message: string }[],
): AxisResolved {
  const value = given.kind === 'list' ? given.values : given.text;
  const problems = faults.map(
    (fault): Problem => ({ severity: 'error', place, ...fault, key: name, value: problemValue(value) }),
  );
  return { values: [], repeated: 0, files: [], problems };
}

/** What the user wrote, cut where it is long. */
function shown({ source }: AxisSource): string {
  return showValue(source)
    .slice(1, -1)
    .replace(/\\(["\\])/g, '$1');
}
