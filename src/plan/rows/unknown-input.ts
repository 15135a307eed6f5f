import type { Problem } from '../../core/complaints.ts';
import { bareName, suggestion } from '../../core/nearby.ts';
import type { AxisSource } from '../../core/sweep.ts';
import { planError } from '../axes/arrangement.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';

/** Options of `rcb run` that people write like inputs. */
const options = [
  'seeds',
  'repeat',
  'limit',
  'sample',
  'order',
  'concurrency',
  'rpm',
  'max-cost',
  'out',
  'map',
  'link',
];

function flagMeant({ name, given }: AxisSource): string | null {
  const option = options.find((each) => bareName(each) === bareName(name));
  return option === undefined || given.kind === 'list' ? null : `--${option} ${given.text}`;
}

/** Said of an axis that is not a input of the model and that no template draws on. */
export function unknownInput(source: AxisSource, inputs: ModelInputs): Problem {
  const known = [...(inputs.fields?.keys() ?? [])];
  const near = suggestion(source.name, known);
  const flag = flagMeant(source);
  const hint =
    flag !== null
      ? `; did you mean ${showName(flag)}?`
      : near === null
        ? `; choose one of ${known.join(', ')}`
        : `; did you mean ${showValue(near)}?`;
  const message = `${showName(source.source)}: ${inputs.model} has no input ${showValue(source.name)}${hint}`;
  return planError('unknown_input', source.place, message, { key: source.name });
}
