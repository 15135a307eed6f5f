import type { Problem } from '../../core/complaints.ts';
import { planError } from '../axes/arrangement.ts';
import { type DeclaredRenames, readName, reservedMeaning } from '../rows/columns.ts';
import type { ModelInputs } from './schema.ts';
import { showName, showValue } from './sentences.ts';

export interface Renames {
  readonly renames: ReadonlyMap<string, string>;
  readonly declared?: DeclaredRenames | undefined;
}

/** `--map prompt=6.text`, or as a sweep has it. */
function shownRename(column: string, { renames, declared }: Renames): string {
  const both = `${column}=${renames.get(column)}`;
  return declared?.has(column) === true ? `map ${showName(both)}` : `--map ${showName(both)}`;
}

/** What is wrong with renames as names for the inputs of a model whose keys are addresses. */
export function renameProblems(inputs: ModelInputs, given: Renames): readonly Problem[] {
  if (inputs.addresses === null) return [];
  return [...given.renames].flatMap(([column, target]) => {
    // What an earlier job of another model calls its inputs is not this one's concern.
    const isOfJob = given.declared?.get(column) === 'job';
    if (column === target || isOfJob || reservedMeaning(target) !== null) return [];
    const found = readName(target, inputs, true);
    const say = (kind: string, what: string): Problem[] => [
      planError(kind, null, `${shownRename(column, given)}: ${what}`, { key: column }),
    ];
    if (found?.type === 'unknown') {
      const meant = found.near === null ? '' : `; did you mean ${showValue(found.near)}?`;
      return say('unknown_input', `${inputs.model} has no input ${showValue(target)}${meant}`);
    }
    const own = inputs.fields?.has(column) === true;
    if (!own || found?.type !== 'input' || found.name === column) return [];
    return say(
      'input_name',
      `${inputs.model} has an input ${showValue(column)} of its own; choose another name`,
    );
  });
}
