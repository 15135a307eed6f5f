import { type Problem, problemValue } from '../../core/complaints.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import type { AxisSource } from '../../core/sweep.ts';
import { isTemplate, templateNames } from '../cells/templates.ts';
import type { CellRules } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName } from '../models/sentences.ts';
import { axisWarnings } from '../notes/plan-warnings.ts';
import { blankness, checkBody } from '../rows/body.ts';
import { inputNamed, readName } from '../rows/columns.ts';
import { unknownInput } from '../rows/unknown-input.ts';
import { partedAxis } from '../wildcards/axis-wildcards.ts';
import { type Arrangement, axisKey, planError } from './arrangement.ts';
import { axisValues } from './axis-values.ts';
import { isDraw } from './drawn-seeds.ts';
import type { AxisGroup, ModelAxis } from './model-axis.ts';
import { isSeedName, type SeedsAsked, seedAxis } from './seed-axis.ts';

export interface ModelAxes {
  /** In the order declared. */
  readonly axes: readonly ModelAxis[];
  readonly groups: readonly AxisGroup[];
  /** The files behind the markers in their values, by marker. */
  readonly files: ReadonlyMap<string, MediaFile>;
  readonly problems: readonly Problem[];
  /** Something is wrong that concerns every row. */
  readonly unusable: boolean;
}

const maxFaultsOfAxis = 5;

/** Reads the axes by the inputs of one model. Throws `UserError` (`usage`) for more `--seeds` than it has. */
export function modelAxes(
  inputs: ModelInputs,
  arrangement: Arrangement,
  asked: SeedsAsked,
  finder: FileFinder,
): ModelAxes {
  const { seeds, rules } = asked;
  const problems: Problem[] = [];
  const taken = new Set([...(inputs.fields?.keys() ?? []), ...arrangement.axes.map(({ name }) => name)]);
  const axes = ofOneInput(arrangement.axes, inputs).flatMap((source): ModelAxis[] => {
    const isLinked = arrangement.groups.some((group) => group.includes(axisKey(source.name)));
    const reading = { repeats: isLinked ? 'keep' : 'drop', rules } as const;
    const parted = isLinked
      ? null
      : partedAxis(source, fieldOf(inputs, source), rules, (name) => taken.has(name));
    if (parted === null) return [readAxis(inputs, source, reading, finder, problems)];
    problems.push(...parted.problems);
    for (const { name } of parted.axes) taken.add(name);
    const whole = { ...reading, rules: { ...rules, wildcards: null } };
    return [{ ...readAxis(inputs, parted.template, whole, finder, problems), source }, ...parted.axes];
  });
  if (seeds !== null) axes.push(seedAxis(inputs, seeds, asked, problems));
  if (inputs.addresses !== null) problems.push(...givenTwice(axes));
  const groups: AxisGroup[] = [];
  let unusable = false;
  for (const axis of axes) {
    if (groups.some((group) => group.axes.includes(axis))) continue;
    const names = arrangement.groups.find((group) => group.includes(axisKey(axis.source.name))) ?? [];
    const linked = names.flatMap((name) => axes.filter((each) => axisKey(each.source.name) === name));
    const fault = unequal(linked);
    if (fault !== null) problems.push(planError('link', null, fault));
    unusable ||= fault !== null;
    groups.push(groupOf(linked.length > 1 && fault === null ? linked : [axis]));
  }
  const files = new Map(axes.flatMap((axis) => axis.files.map((file) => [file.marker, file] as const)));
  return { axes, groups, files, problems, unusable };
}

function readAxis(
  inputs: ModelInputs,
  source: AxisSource,
  { repeats, rules }: { readonly repeats: 'keep' | 'drop'; readonly rules: CellRules },
  finder: FileFinder,
  problems: Problem[],
): ModelAxis {
  const named = readName(source.name, inputs);
  const refused = named === null || named.type === 'input' ? null : refusal(source, named, inputs);
  if (refused !== null) problems.push(refused);
  const input = named?.type === 'input' ? named.name : null;
  const field = fieldOf(inputs, source);
  const given = source.given.kind === 'text' ? source.given.text : source.given.values;
  const read = axisValues(source, field, { finder, rules, repeats });
  const name = input ?? source.name;
  const faults = [...read.problems];
  if (input !== null) {
    const fixed = read.values.filter((value) => (rules.literal || !isTemplate(value)) && !isDraw(value));
    faults.push(...faultsOf(inputs, input, source, fixed));
  }
  const broken = refused !== null || faults.some(({ severity }) => severity === 'error');
  problems.push(
    ...faults.map((fault) => (fault.severity === 'error' ? { ...fault, ends: true as const } : fault)),
  );
  if (!broken) {
    const repeated = repeats === 'keep' ? 0 : read.repeated;
    problems.push(...axisWarnings(source, { repeated }));
  }
  return {
    source,
    name,
    label: (named?.type === 'input' ? named.called : null) ?? name,
    // Of one that is refused nothing else is said.
    role: input === null && refused === null ? 'column' : 'input',
    isSeed: isSeedName(name),
    isDerived: false,
    isWildcard: false,
    field,
    values: broken ? [] : read.values,
    draws: rules.literal ? [] : templateNames(given).map((each) => each.toLowerCase()),
    files: read.files,
  };
}

/** What is wrong with the name of an axis. */
function refusal(
  source: AxisSource,
  named: Exclude<ReturnType<typeof readName>, null | { readonly type: 'input' }>,
  inputs: ModelInputs,
): Problem {
  if (named.type === 'unknown') return unknownInput(source, inputs, named.near);
  return planError('input_name', source.place, named.message, { key: source.name });
}

/** A word of the command line takes the place of a sweep's axis that calls the same input otherwise. */
function ofOneInput(sources: readonly AxisSource[], inputs: ModelInputs): readonly AxisSource[] {
  if (inputs.addresses === null) return sources;
  const keys = sources.map(({ name }) => inputNamed(inputs, name));
  const otherOf = (at: number): AxisSource | undefined =>
    keys[at] === null
      ? undefined
      : sources.find(
          ({ place }, other) =>
            other !== at && keys[other] === keys[at] && (place === null) !== (sources[at]?.place === null),
        );
  return sources.flatMap((source, at): readonly AxisSource[] => {
    const other = otherOf(at);
    if (other === undefined) return [source];
    return source.place === null ? [] : [{ ...other, name: source.name }];
  });
}

/** One input by two names. */
function givenTwice(axes: readonly ModelAxis[]): readonly Problem[] {
  return axes.flatMap((axis, index) => {
    const other =
      axis.role === 'input'
        ? axes
            .slice(0, index)
            .find(({ name, source }) => name === axis.name && source.name !== axis.source.name)
        : undefined;
    if (other === undefined) return [];
    const both = `${showName(other.source.source)} and ${showName(axis.source.source)}`;
    return [planError('twice', axis.source.place, `${showName(axis.name)} is given twice: ${both}`)];
  });
}

function fieldOf(inputs: ModelInputs, { name }: AxisSource): InputField | null {
  const input = inputNamed(inputs, name);
  return input === null ? null : (inputs.fields?.get(input) ?? unlistedText(inputs, input));
}

/** Inputs that are texts by their names, of a model whose inputs are unknown: they are not cut at commas either. */
function unlistedText({ fields }: ModelInputs, name: string): InputField | null {
  if (fields !== null || !/prompt|text|caption|description|lyrics|instruction/i.test(name)) return null;
  const unknown = {
    choices: null,
    minimum: null,
    maximum: null,
    media: null,
    format: null,
    description: null,
    ...{ xNames: [], group: null, isLinked: false, takesData: false },
  };
  return { name, types: ['string'], required: false, byDefault: null, ...unknown };
}

function faultsOf(
  inputs: ModelInputs,
  name: string,
  { place }: AxisSource,
  values: readonly JsonValue[],
): Problem[] {
  const field = inputs.fields?.get(name) ?? null;
  const faults: Problem[] = [];
  for (const value of values) {
    const blank = blankness(field, value);
    if (blank !== null) {
      const message = `${showName(name)} ${blank.reason}`;
      faults.push({
        severity: 'error',
        place,
        kind: blank.kind,
        message,
        key: name,
        value: problemValue(value),
      });
    }
    const found = inputs.fits(name, value)
      ? []
      : checkBody(inputs, { [name]: value }, new Set(), () => place);
    for (const { input, ...problem } of found) if (input === name) faults.push(problem);
    if (faults.length >= maxFaultsOfAxis) break;
  }
  return faults;
}

function unequal(axes: readonly ModelAxis[]): string | null {
  const sound = axes.filter(({ values }) => values.length > 0);
  const [first] = sound;
  const other = sound.find(({ values }) => values.length !== first?.values.length);
  if (first === undefined || other === undefined) return null;
  const count = ({ label, values }: ModelAxis, noun: string) =>
    `${showName(label)} has ${values.length}${noun}`;
  const flag = `--link ${axes.map(({ label }) => showName(label)).join(',')}`;
  return `${flag}: ${count(first, values(first.values.length))} and ${count(other, '')}, so they cannot be linked`;
}

function values(count: number): string {
  return count === 1 ? ' value' : ' values';
}

function groupOf(axes: readonly ModelAxis[]): AxisGroup {
  const length = Math.max(...axes.map(({ values }) => values.length));
  const indexes = Array.from({ length }, (_, index) => index);
  if (axes.length === 1) return { axes, steps: indexes };
  const seen = new Set<string>();
  const steps = indexes.filter((index) => {
    const key = canonicalJson(axes.map((axis) => axis.values[index] ?? null));
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return { axes, steps };
}
