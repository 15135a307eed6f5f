import type { Place, Problem } from '../../core/complaints.ts';
import { unquotedName } from '../../core/input-words.ts';
import { suggestion } from '../../core/nearby.ts';
import type { AxisSource, DefaultValue } from '../../core/sweep.ts';
import { showName, showValue } from '../models/sentences.ts';
import { reservedMeaning } from '../rows/columns.ts';

/** What a plan is asked for, beyond its rows. */
interface AxisRequest {
  /** The words of the command line, then the axes of the sweep. */
  readonly axes: readonly AxisSource[];
  readonly defaults: readonly DefaultValue[];
  readonly seeds: number | null;
  readonly link: readonly (readonly string[])[];
}

/** The axes of a plan sorted out, as far as that can be done without a model. */
export interface Arrangement {
  /** Without `model`. A word takes the position of the sweep's axis that it replaces. */
  readonly axes: readonly AxisSource[];
  readonly model: AxisSource | null;
  readonly defaults: readonly DefaultValue[];
  /** Names in lower case. */
  readonly groups: readonly (readonly string[])[];
  /** Errors that concern every row. */
  readonly problems: readonly Problem[];
}

/** Errors that no row is to blame for, so that skipping rows does not help. */
export function planError(
  kind: string,
  place: Place | null,
  message: string,
  about: Pick<Problem, 'key' | 'value'> = {},
): Problem {
  return { severity: 'error', place, kind, message, ...about, ends: true };
}

export function arrange(request: AxisRequest): Arrangement {
  const problems: Problem[] = [];
  const say = (kind: string, place: Place | null, message: string): void => {
    problems.push(planError(kind, place, message));
  };
  const axes: AxisSource[] = [];
  let model: AxisSource | null = null;
  for (const axis of withWordsFirst(request.axes)) {
    const reserved = reservedMeaning(axis.name)?.type;
    const other = reserved === 'model' ? model : axes.find((each) => sameName(each.name, axis.name));
    if (reserved === 'id')
      say('reserved', axis.place, `${showName(axis.source)} would give every row the same id`);
    else if (other)
      say(
        'twice',
        axis.place,
        `${showName(other.name)} is given twice: ${showName(other.source)} and ${showName(axis.source)}`,
      );
    else if (reserved === 'model') model = axis;
    else axes.push(axis);
  }
  const seeds = axes.find(({ name }) => sameName(name, 'seed'));
  if (request.seeds !== null && seeds !== undefined)
    say('twice', seeds.place, `--seeds ${request.seeds} and ${showName(seeds.source)} both set the seeds`);
  for (const { name, place } of request.defaults) {
    const reserved = reservedMeaning(name)?.type;
    if (reserved !== undefined) say('reserved', place, `${reserved} cannot have a default`);
  }
  const names = [...axes.map(({ name }) => name), ...(request.seeds === null ? [] : ['seed'])];
  return {
    axes,
    model,
    defaults: request.defaults.filter(({ name }) => reservedMeaning(name) === null),
    groups: linked(request.link, names, say),
    problems,
  };
}

function withWordsFirst(axes: readonly AxisSource[]): readonly AxisSource[] {
  const words = axes.filter(({ place }) => place === null);
  const ofSweep = axes.filter(({ place }) => place !== null);
  const replacing = (axis: AxisSource) => words.find((word) => sameName(word.name, axis.name));
  const replaced = new Set(ofSweep.map(replacing));
  return [
    ...words.filter((word) => !replaced.has(word)),
    ...ofSweep.flatMap((axis) => {
      const word = replacing(axis);
      return word === undefined ? [axis] : words.filter((each) => sameName(each.name, axis.name));
    }),
  ];
}

function linked(
  link: AxisRequest['link'],
  names: readonly string[],
  say: (kind: string, place: null, message: string) => void,
): string[][] {
  const groups: string[][] = [];
  const taken = new Set<string>();
  for (const group of link) {
    const flag = `--link ${showName(group.join(','))}`;
    const known: string[] = [];
    for (const name of group) {
      const lower = axisKey(name);
      const near = suggestion(name, names);
      const meant = near === null ? listed(names) : `; did you mean ${showValue(near)}?`;
      if (lower === 'model') say('link', null, `${flag}: model cannot be linked with other axes`);
      else if (!names.some((each) => sameName(each, name)))
        say('link', null, `${flag}: there is no axis ${showValue(name)}${meant}`);
      else if (taken.has(lower)) say('link', null, `${flag}: ${showName(name)} is linked already`);
      else known.push(lower);
      taken.add(lower);
    }
    if (group.length === 1) say('link', null, `${flag}: name at least two axes to link`);
    if (known.length > 1) groups.push(known);
  }
  return groups;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : `; the axes are ${names.map(showName).join(', ')}`;
}

function sameName(one: string, other: string): boolean {
  return axisKey(one) === axisKey(other);
}

/** What links know an axis by. */
export function axisKey(name: string): string {
  return unquotedName(name).toLowerCase();
}
