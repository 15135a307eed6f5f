import type { Model } from '../../core/models.ts';
import { compileInputs } from '../../plan/models/schema.ts';
import type { InputHelp } from '../../report/models/model-text.ts';

/** A model's inputs as its help shows them. */
export function helpOf(model: Model): InputHelp[] {
  return [...(compileInputs(model).fields?.values() ?? [])].map((field) => ({
    name: field.name,
    type: field.types.join(' or '),
    choices: field.choices,
    minimum: field.minimum,
    maximum: field.maximum,
    default: field.byDefault,
    required: field.required,
    description: field.description,
    format: field.format,
  }));
}
