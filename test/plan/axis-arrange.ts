import type { JsonValue } from '../../src/core/json.ts';
import type { AxisSource } from '../../src/core/sweep.ts';
import { type AxisResolved, axisValues } from '../../src/plan/axes/axis-values.ts';
import type { CellRules } from '../../src/plan/conventions.ts';
import type { FileFinder } from '../../src/plan/media/media-files.ts';
import type { InputField } from '../../src/plan/models/input-field.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';

export function fieldOf(types: InputField['types'], more: Partial<InputField> = {}): InputField {
  return {
    name: 'x',
    types,
    choices: null,
    minimum: null,
    maximum: null,
    required: false,
    media: null,
    format: null,
    description: null,
    byDefault: null,
    ...{ xNames: [], group: null, isLinked: false, takesData: false },
    ...more,
  };
}

export const integer = fieldOf(['integer'], { name: 'seed', minimum: 0, maximum: 2_147_483_647 });
export const decimal = fieldOf(['number'], { name: 'scale' });
export const freeText = fieldOf(['string'], { name: 'prompt' });
export const style = fieldOf(['string'], {
  name: 'style',
  choices: ['auto', 'general', 'realistic', 'design', 'render_3D', 'anime'],
});
export const ratio = fieldOf(['string'], { name: 'aspect_ratio', choices: ['1:1', '16:9', '9:16'] });
export const flag = fieldOf(['boolean'], { name: 'expand_prompt' });
export const picture = fieldOf(['string'], { name: 'image_url', media: 'image', format: 'image_uri' });
export const pictures = fieldOf(['array'], { name: 'image_urls', media: 'image', format: 'image_uris' });

/** A disk without files. */
export const noFiles: FileFinder = {
  limits: runcomfy.bodyLimits,
  find: () => [],
  near: () => [],
  read: () => ({ unreadable: 'is not there' }),
};

export function word(name: string, text: string): AxisSource {
  return { name, given: { kind: 'text', text }, source: `${name}=${text}`, place: null };
}

export function listed(name: string, values: readonly JsonValue[]): AxisSource {
  return {
    name,
    given: { kind: 'list', values },
    source: `${name}: ${JSON.stringify(values)}`,
    place: { file: 'grids/sweep.yaml', line: 3, column: 5 },
  };
}

/** How axes of new folders are read. */
export const rules: CellRules = { edition: 2, literal: false, wildcards: null };

export function resolved(field: InputField | null, text: string, finder = noFiles): AxisResolved {
  return axisValues(word(field?.name ?? 'column', text), field, { finder, rules });
}

export function messages({ problems }: AxisResolved): readonly string[] {
  return problems.map(({ message }) => message);
}

/** An axis of these values as a user may write it: texts in quotes, lists and objects as JSON in quotes. */
export function quotedAxis(values: readonly JsonValue[]): string {
  return values.map((value) => (isPlain(value) ? String(value) : inQuotes(value))).join('||');
}

function isPlain(value: JsonValue): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function inQuotes(value: JsonValue): string {
  return `"${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;
}
