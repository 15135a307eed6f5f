import type { Problem } from '../../core/complaints.ts';
import { bareName, suggestion } from '../../core/nearby.ts';
import type { AxisSource } from '../../core/sweep.ts';
import { planError } from '../axes/arrangement.ts';
import { titledInput } from '../models/address-sentences.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';
import { likenessOf } from '../notes/column-likeness.ts';
import { mapFlag } from './columns.ts';

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

const maxListed = 30;

/** The inputs that are not linked, as people know them. */
function settable(inputs: ModelInputs): readonly string[] {
  const open = [...(inputs.fields?.values() ?? [])].filter(({ isLinked }) => !isLinked);
  return open.map(({ name }) => titledInput(name, inputs));
}

/** Said of an axis that is not a input of the model and that no template draws on. */
export function unknownInput(source: AxisSource, inputs: ModelInputs, meant: string | null = null): Problem {
  const { addresses } = inputs;
  const known = addresses === null ? [...(inputs.fields?.keys() ?? [])] : settable(inputs);
  const like = addresses === null ? null : likenessOf(source.name, inputs, false);
  const near =
    meant ?? (like?.kind === 'alias' ? like.of : suggestion(source.name, addresses?.names ?? known));
  const flag = flagMeant(source);
  const hint =
    flag !== null
      ? `; did you mean ${showName(flag)}?`
      : near === null
        ? `; choose one of ${known.slice(0, maxListed).map(showName).join(', ')}${known.length > maxListed ? ', …' : ''}`
        : `; did you mean ${showValue(near)}?${like?.kind === 'alias' ? ` (${mapFlag(source.name, near)} gives it that name)` : ''}`;
  const message = `${showName(source.source)}: ${inputs.model} has no input ${showValue(source.name)}${hint}`;
  return planError('unknown_input', source.place, message, { key: source.name });
}
