import type { Problem } from '../../core/complaints.ts';
import type { AxisSource } from '../../core/sweep.ts';
import { elementsOf, isFreeText } from '../axes/axis-elements.ts';
import { AxisFault } from '../axes/axis-grammar.ts';
import type { ModelAxis } from '../axes/model-axis.ts';
import type { CellRules } from '../conventions.ts';
import { baseOf } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import { weightWarning } from '../notes/plan-warnings.ts';
import { expandable, type WildcardAxis } from './wildcards.ts';

/** An axis of one text that holds wildcards: the text as a template, and an axis for each of them. */
interface PartedAxis {
  readonly template: AxisSource;
  readonly axes: readonly ModelAxis[];
  readonly problems: readonly Problem[];
}

/**
 * Takes an axis of one free text apart, so that each wildcard is an axis with a readable name. null: it holds
 * several texts or no wildcard, or something is wrong with it, which reading it as any other axis will report.
 */
export function partedAxis(
  source: AxisSource,
  field: InputField | null,
  rules: CellRules,
  isTaken: (name: string) => boolean,
): PartedAxis | null {
  const text = rules.wildcards !== null && isFreeText(field) ? onlyText(source, field, rules) : null;
  if (text === null || rules.wildcards === null) return null;
  const { name, place } = source;
  const found = expandable(text, rules.wildcards(baseOf(place)), { isTaken, ofFiles: 'written' });
  if (found === null || 'fault' in found || found.axes.length === 0) return null;
  return {
    template: { ...source, given: { kind: 'list', values: [found.text] } },
    axes: found.axes.map((axis) => asAxis(axis, { place })),
    problems: found.isWeighted ? [weightWarning(name, place, 1)] : [],
  };
}

function onlyText({ given }: AxisSource, field: InputField | null, rules: CellRules): string | null {
  try {
    const [first, second] = elementsOf(given, field, rules);
    return first?.kind === 'value' && second === undefined ? first.text : null;
  } catch (error) {
    if (error instanceof AxisFault) return null;
    throw error;
  }
}

/** An axis that a template draws on by this name. */
export function asAxis({ name, values }: WildcardAxis, { place }: Pick<AxisSource, 'place'>): ModelAxis {
  return {
    source: { name, given: { kind: 'list', values }, source: name, place },
    ...{ name, label: name },
    role: 'column',
    isSeed: false,
    isDerived: false,
    isWildcard: true,
    field: null,
    values,
    draws: [],
    files: [],
  };
}
