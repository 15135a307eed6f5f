import type { Place, Problem } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import type { JsonObject } from '../../core/json.ts';
import { suggestion } from '../../core/nearby.ts';
import type { AxisSource } from '../../core/sweep.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';

function warning(kind: string, place: Place | null, message: string): Problem {
  return { severity: 'warning', place, kind, message };
}

/** `1 row has`, `12 rows have`. */
function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${showCount(count)} ${many}`;
}

/** What is doubtful in the values of an axis. */
export function axisWarnings(
  { source, place }: AxisSource,
  read: { readonly repeated: number },
): readonly Problem[] {
  const found: Problem[] = [];
  const shown = showName(source);
  if (read.repeated > 0) {
    const times = counted(read.repeated, 'value; it counts once', 'values; each counts once');
    found.push(warning('repeated_value', place, `${shown} repeats ${times}`));
  }
  return found;
}

/** Said of wildcards some of whose options have weights. */
export function weightWarning(name: string, place: Place | null, count: number): Problem {
  const where = count === 1 ? '' : ` (in ${counted(count, 'text', 'texts')})`;
  const message = `${showName(name)} gives weights to options${where}; weights are ignored: each option is used once`;
  return warning('wildcard_weight', place, message);
}

export function overrideWarning({ source, place }: AxisSource, count: number, rowCount: number): Problem {
  const [all, own] =
    count === 1 ? ['the only row', 'has its own value'] : [`all ${count} rows`, 'have their own values'];
  const rows = count === rowCount ? all : `${count} of ${rowCount} rows`;
  return warning('overridden', place, `${showName(source)} is ignored for ${rows}, which ${own}`);
}

export function forcedModelWarning(model: string, count: number): Problem {
  const rows = counted(count, 'row that names another', 'rows that name another');
  return warning('overridden', null, `--model ${showName(model)} is used for ${rows}`);
}

export function seedlessWarning({ source, place }: AxisSource, model: string, seeds: number): Problem {
  const effect = seeds === 1 ? 'has no effect' : `makes ${showCount(seeds)} repetitions of each job instead`;
  return warning('seedless', place, `${model} has no input "seed", so ${showName(source)} ${effect}`);
}

export function absentDefaultWarning(name: string, place: Place | null, model: string): Problem {
  const message = `the default of ${showName(name)} is ignored for ${model}, which has no such input`;
  return warning('absent_default', place, message);
}

export function unmatchedWarning(source: string, place: Place | null): Problem {
  return warning('unmatched_exclude', place, `${showName(source)} excludes nothing: no cell matches it`);
}

/** The model rewrites the prompt of each job, so that two jobs differ by more than the axis compared. */
export function isExpanded(inputs: ModelInputs, input: JsonObject): boolean {
  const field = inputs.fields?.get('expand_prompt');
  if (field === undefined || !field.types.includes('boolean')) return false;
  return (input.expand_prompt ?? field.byDefault) === true;
}

export function unfairWarning(axes: ReadonlySet<string>, count: number): Problem {
  const compared = [...axes].map(showName).join(', ');
  const jobs = counted(count, 'job', 'jobs');
  const message = `expand_prompt is on for ${jobs}, so the model rewrites the prompts and ${compared} cannot be compared fairly; add expand_prompt=false`;
  return warning('unfair', null, message);
}

/** Said of a default that no model of the plan has as an input, and that no template draws on. */
export function unknownDefault(name: string, place: Place | null, inputs: ModelInputs): Problem {
  const near = suggestion(name, [...(inputs.fields?.keys() ?? [])]);
  const hint = near === null ? '' : `; did you mean ${showValue(near)}?`;
  const message = `the default of ${showName(name)} has no effect: ${inputs.model} has no such input${hint}`;
  return { severity: 'error', place, kind: 'unknown_input', message, key: name, ends: true };
}
