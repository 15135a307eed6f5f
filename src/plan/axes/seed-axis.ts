import type { Problem } from '../../core/complaints.ts';
import type { CellRules } from '../conventions.ts';
import { titledInput } from '../models/address-sentences.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName } from '../models/sentences.ts';
import { inputNamed } from '../rows/columns.ts';
import { planError } from './arrangement.ts';
import type { ModelAxis } from './model-axis.ts';
import { countedSeeds, derivedSeeds } from './seed-values.ts';

/** `--seeds`, null: not given, and how they are made. */
export interface SeedsAsked {
  readonly seeds: number | null;
  readonly scattersSeeds: boolean;
  readonly rules: CellRules;
}

/** Whether an axis of this name is one of seeds, which vary last. */
export function isSeedName(name: string): boolean {
  return /^(?:.+\.(?:noise_)?)?seed$/i.test(name);
}

/** The axis of `--seeds`. Throws `UserError` (`usage`) for more seeds than there are. */
export function seedAxis(
  inputs: ModelInputs,
  seeds: number,
  { scattersSeeds, rules }: SeedsAsked,
  problems: Problem[],
): ModelAxis {
  const flag = `--seeds ${seeds}`;
  const { input, candidates } = seedInput(inputs);
  if (candidates.length > 1) {
    const [first = ''] = candidates;
    const listed = candidates.map((key) => titledInput(key, inputs)).join(', ');
    const message = `${flag}: ${inputs.model} has several seeds: ${listed}; name one, such as --map seed=${showName(first)}`;
    problems.push(planError('several_seeds', null, message));
  }
  const field = input === null ? null : (inputs.fields?.get(input) ?? null);
  const isCounted = rules.edition === 2 && !scattersSeeds;
  const values = isCounted ? countedSeeds(seeds, field) : derivedSeeds(seeds, field);
  const name = input ?? 'seed';
  return {
    source: { name: 'seed', given: { kind: 'list', values }, source: flag, place: null },
    ...{ name, label: (input === null ? null : inputs.addresses?.shortOf(input)) ?? name },
    // Of one in doubt nothing else is said.
    role: input === null && candidates.length < 2 ? 'column' : 'input',
    isSeed: true,
    isDerived: true,
    isWildcard: false,
    field,
    values: candidates.length > 1 ? [] : values,
    draws: [],
    files: [],
  };
}

/** The one that a person has called so, else the only one there is; `candidates`: those that it may be. */
function seedInput(inputs: ModelInputs): {
  readonly input: string | null;
  readonly candidates: readonly string[];
} {
  const named = inputNamed(inputs, 'seed');
  if (named !== null || inputs.addresses === null) return { input: named, candidates: [] };
  const { seeds } = inputs.addresses;
  const [only = null] = seeds;
  return seeds.length > 1 ? { input: null, candidates: seeds } : { input: only, candidates: [] };
}
