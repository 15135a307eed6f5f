import type { Problem } from '../../core/complaints.ts';
import { unlinkedSentence } from '../models/address-sentences.ts';
import type { PreparedModel } from '../models/model-lookup.ts';

/** An input that a plan sets, of a model whose inputs are addresses. */
export interface PlannedInput {
  /** What people call it: its key where they do. */
  readonly name: string;
  readonly input: string;
  /** What people call the group of inputs that it belongs to; null: it has none. */
  readonly title: string | null;
  /** Its link is replaced. */
  readonly unlinks: boolean;
}

/** The inputs that a plan sets, in the order of the schema; empty for a model whose keys are names. */
export function plannedInputs({ inputs, uses }: PreparedModel): readonly PlannedInput[] {
  const keys = [...(inputs.fields?.keys() ?? uses.keys())].filter((key) => uses.has(key));
  return keys.map((input) => {
    const { called = null, unlinks = false } = uses.get(input) ?? {};
    const title = inputs.fields?.get(input)?.group ?? null;
    return { name: called ?? input, input, title, unlinks };
  });
}

/** A link that gives way is said once. */
export function unlinkedWarnings({ inputs, uses }: PreparedModel): readonly Problem[] {
  return [...uses].flatMap(([key, { unlinks }]): Problem[] =>
    unlinks
      ? [{ severity: 'warning', place: null, kind: 'unlinked', message: unlinkedSentence(key, inputs), key }]
      : [],
  );
}
