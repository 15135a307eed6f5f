import type { Problem } from '../core/complaints.ts';
import { checkBody, type Given, type Layer, layerOf, mergeLayers } from './body.ts';
import { inputNamed, reservedMeaning } from './columns.ts';
import { suggestion } from './nearby.ts';
import type { ModelInputs } from './schema.ts';
import { showName, showValue } from './sentences.ts';
import type { Word } from './words.ts';

/** What the words of the command line say about the inputs of one model: the same for all of its rows. */
export interface WordLayer extends Layer {
  readonly words: ReadonlyMap<string, Word>;
  /** Some word cannot be meant for this model at all, so that no row of it is as the user wants it. */
  readonly unusable: boolean;
}

/** Reads and checks the words once, so that what is wrong with one is not said again for every row. */
export function wordLayer(inputs: ModelInputs, words: readonly Word[]): WordLayer {
  const problems: Problem[] = [];
  const byInput = new Map<string, Word>();
  const say = (kind: string, message: string): void => {
    problems.push({ severity: 'error', place: null, kind, message });
  };
  for (const word of words) {
    const reserved = reservedMeaning(word.name);
    if (reserved?.type === 'id') say('reserved', `${showName(word.source)} would give every row the same id`);
    if (reserved !== null) continue;
    const input = inputNamed(inputs, word.name);
    const other = input === null ? undefined : byInput.get(input);
    if (input === null) say('unknown_input', unknownInput(word, inputs));
    else if (other !== undefined)
      say('twice', `${input} is given twice: ${showName(other.source)} and ${showName(word.source)}`);
    else byInput.set(input, word);
  }
  const given = new Map<string, Given>();
  for (const [input, word] of byInput)
    given.set(input, { cell: { kind: 'text', text: word.text }, place: null });
  const read = layerOf(inputs, given);
  const faults = checkBody(inputs, mergeLayers(inputs, [read]), new Set(), () => null).filter(
    ({ input }) => input !== null && read.values.has(input),
  );
  const broken = new Set([...read.broken, ...faults.map(({ input }) => input as string)]);
  return {
    values: new Map([...read.values].filter(([input]) => !broken.has(input))),
    broken,
    problems: [...problems, ...read.problems, ...faults.map(({ input: _, ...problem }) => problem)],
    words: byInput,
    unusable: problems.length > 0,
  };
}

function unknownInput(word: Word, inputs: ModelInputs): string {
  const known = [...(inputs.fields?.keys() ?? [])];
  const near = suggestion(word.name, known);
  const hint = near === null ? `; choose one of ${known.join(', ')}` : `; did you mean ${showValue(near)}?`;
  return `${showName(word.source)} sets nothing: ${inputs.model} has no input ${showValue(word.name)}${hint}`;
}
