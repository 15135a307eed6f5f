import type { Place, Problem } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';
import { mapFlag } from '../rows/columns.ts';
import { choiceOfShape, type Shape } from '../rows/pixel-shapes.ts';

/** A column that is not sent although it may be meant for an input. */
export interface ColumnHint {
  readonly kind: 'alias' | 'akin' | 'size' | 'width' | 'height' | 'count' | 'nested';
  readonly column: string;
  /** Of a member of an object: its path there. */
  readonly key: string | null;
  /** null: the model has no such input. */
  readonly of: string | null;
  /** Of the first row that has it. */
  readonly place: Place;
  readonly value: JsonValue;
  readonly shape: Shape | null;
  /** Every row has the same value. */
  readonly isConstant: boolean;
}

const maxListed = 12;
const maxRepeats = 1_000;

/** What is said of the hints of one column; null: nothing, but that it is not sent. */
export function hintProblem(hints: readonly ColumnHint[], inputs: ModelInputs): Problem | null {
  const [first] = hints;
  if (first === undefined) return null;
  const { kind, column, of, place } = first;
  const warn = (message: string): Problem => ({
    severity: 'warning',
    place,
    kind: 'unsent_input',
    message,
    key: column,
  });
  switch (kind) {
    case 'akin':
      return null;
    case 'alias': {
      if (of === null) return null;
      const message = calledElse(column, of, inputs);
      // A workflow has a prompt of its own, so that each job would be paid for and none be what was asked for.
      if (inputs.addresses === null || !/^prompts?$/i.test(column)) return warn(message);
      const keeps = `${message}, ${mapFlag(column, column)} keeps it as a tag`;
      return { severity: 'error', place, kind: 'unsent_input', message: keeps, key: column, ends: true };
    }
    case 'nested':
      return warn(nestedSentence(hints));
    case 'size':
    case 'width':
    case 'height':
      return of === null ? null : warn(shapeSentence(first, of, inputs));
    case 'count': {
      const message = countSentence(first, inputs);
      return message === null
        ? null
        : { severity: 'note', place, kind: 'unsent_count', message, key: column };
    }
  }
}

function calledElse(column: string, of: string, { model }: ModelInputs): string {
  return `${showValue(column)} is not sent: ${model} calls that input ${showName(of)}; ${mapFlag(column, of)} sends it`;
}

function nestedSentence(hints: readonly ColumnHint[]): string {
  const members = hints.map(({ key, of }) =>
    key === of ? showName(of ?? '') : `${showName(key ?? '')} (${showName(of ?? '')})`,
  );
  const flags = hints.map(({ column, key, of }) => mapFlag(`${column}.${key}`, of ?? ''));
  const [is, it] = hints.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const sends = hints.length === 1 ? 'sends' : 'send';
  return `${showValue(hints[0]?.column ?? '')} holds ${members.join(', ')}, which ${is} not sent; ${flags.join(' ')} ${sends} ${it}`;
}

function shapeSentence(
  { kind, column, value, shape, isConstant }: ColumnHint,
  of: string,
  inputs: ModelInputs,
): string {
  const choices = inputs.fields?.get(of)?.choices ?? null;
  const pixels = `${shape?.width} × ${shape?.height}`;
  const [subject, is] = kind === 'size' ? [showValue(column), 'is'] : ['width and height', 'are'];
  const start = `${subject} ${is} not sent: ${inputs.model} takes ${showName(of)} instead`;
  if (kind === 'size' && (choices === null || choices.includes(value))) {
    return `${start}; ${mapFlag(column, of)} sends ${showValue(column)} as that`;
  }
  if (choices === null || shape === null) return start;
  const fitting = choiceOfShape(shape, choices);
  if (fitting === null) {
    const listed = choices.slice(0, maxListed).map((choice) => showName(String(choice)));
    return `${start}, and none of its choices has the shape ${pixels}; choose one of ${listed.join(', ')}`;
  }
  const assignment = showName(`${of}=${fitting}`);
  if (isConstant) return `${start}; add ${assignment}, which is the shape of ${pixels}`;
  return `${start}; add a column ${showName(of)}, with ${showName(fitting)} for ${pixels}`;
}

/** `n` may be anything, such as a running number; these are not. */
const plainCounts =
  /^(num|number|n|batch|nr|no)[_\-\s]?(of[_\-\s]?)?(images|outputs|results|samples|size|count)$/i;

function countSentence({ column, value, isConstant }: ColumnHint, { model }: ModelInputs): string | null {
  const count = Number(typeof value === 'string' ? value.trim() : value);
  const isCount = Number.isInteger(count) && count > 1 && count <= maxRepeats;
  if (isConstant && isCount)
    return `${showValue(column)} is not sent, since ${model} has no such input; --repeat ${count} makes ${count} jobs of each row`;
  if (isConstant || !plainCounts.test(column)) return null;
  return `${showValue(column)} is not sent, since ${model} has no such input; --repeat N makes N jobs of each row`;
}
