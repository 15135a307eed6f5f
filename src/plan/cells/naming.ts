import { UserError } from '../../core/complaints.ts';
import type { JobId } from '../../core/job/job.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { placeholders } from '../../core/name-template.ts';
import { suggestion } from '../../core/nearby.ts';
import { slug } from '../../core/path-text.ts';
import { pathTemplate } from '../../core/paths.ts';
import type { ModelInputs } from '../models/schema.ts';
import { keyOf } from '../rows/columns.ts';
import { inputValue } from '../rows/member-values.ts';

/** What every name template may hold, besides the inputs of the models. */
export const commonPlaceholders = ['slug', 'axes', 'job', 'id', 'n', 'seed', '_i', 'ext'] as const;

const maxFolders = 4;

/** Throws `UserError` (`usage`) for a template that is malformed, or has a placeholder that is not among `known`. */
export function checkNameTemplate(template: string, known: Iterable<string>): void {
  const refuse = (what: string, hint: string): never => {
    throw new UserError('usage', `The name template "${template}" ${what}.`, hint);
  };
  const names = placeholders(template);
  const all = [...new Set(known)];
  const stranger = names.find((name) => !all.includes(name));
  if (stranger !== undefined) {
    const near = suggestion(stranger, all);
    const meant = near === null ? '' : `Did you mean {${near}}? `;
    refuse(
      `contains the unknown placeholder {${stranger}}`,
      `${meant}Use ${all.map((name) => `{${name}}`).join(', ')}.`,
    );
  }
  if (/[{}]/.test(template.replace(/\{[^{}]*\}/g, ''))) {
    refuse('has an unmatched brace', 'Write placeholders like {slug}.');
  }
  const extensions = names.filter((name) => name === 'ext').length;
  if (extensions > 1 || (extensions === 1 && !template.endsWith('.{ext}'))) {
    refuse('has {ext} in a place other than its end', 'Put .{ext} at the end, or leave it out.');
  }
  const parts = template.split('/').filter((part) => part !== '');
  if (
    parts.slice(0, -1).some((part) => part.includes('{_i}')) ||
    names.filter((name) => name === '_i').length > 1
  ) {
    refuse('has {_i} in a folder or more than once', 'Write {_i} once, after the last /.');
  }
  if (parts.length > maxFolders + 1) {
    refuse(`has ${parts.length - 1} levels of folders`, `Use at most ${maxFolders}.`);
  }
}

/** What a job's files are called after. */
interface Named {
  readonly name: string | null;
  readonly input: JsonObject;
  readonly axes: Readonly<Record<string, JsonValue>>;
}

// Only the beginning of a text gets into a name, so a very long prompt costs nothing.
const maxReadLength = 400;

/** The path of the job with this id, from one that leaves `{job}` open. */
export function pathWith(id: JobId, openPath: string): string {
  return openPath.replaceAll('{job}', id.slice(0, 8));
}

/**
 * The `pathTemplate` of a job: readable and safe on every system. `{job}` stays open, for the repetitions of a job, and
 * `{n}` until the plan has an order. Without an `id`, the row's slug stands for it.
 */
export function openPathOf(template: string, job: Named, inputs: ModelInputs): string {
  const names = placeholders(template);
  const heading = title(job.input, inputs).slice(0, maxReadLength);
  const id = job.name ?? (names.includes('slug') ? '' : slug(heading));
  let values = noTexts;
  for (const name of names) {
    if (name === 'id') values = { ...values, id: textOf(id) };
    else {
      const key = name === 'seed' ? seedOf(job.input, inputs) : keyOf(name, inputs);
      const value = inputValue(job.input, key, inputs);
      if (value !== undefined) values = { ...values, [name]: textOf(value) };
    }
  }
  return pathTemplate(template, { slug: heading, axes: textsOf(job.axes), job: '{job}', values });
}

/** `{seed}` stands for the one seed of a model that people have given no name. */
function seedOf(input: JsonObject, { addresses }: ModelInputs): string {
  const key = addresses?.find('seed');
  if (key?.type === 'input') return key.key;
  return addresses?.seeds.find((each) => Object.hasOwn(input, each)) ?? 'seed';
}

/** The prompt; else the first text that is not a link; else the last part of the model's id. */
function title(input: JsonObject, inputs: ModelInputs): string {
  if (typeof input.prompt === 'string') return input.prompt;
  const prompt = inputs.addresses?.prompts.find((key) => typeof input[key] === 'string');
  if (prompt !== undefined) return input[prompt] as string;
  for (const [name, value] of Object.entries(input)) {
    if (typeof value === 'string' && isTitle(name, inputs)) return value;
  }
  const id = inputs.model.slice(inputs.model.lastIndexOf('/') + 1);
  // Of a UUID the beginning says enough.
  return id.replace(/\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, '$1');
}

/** Neither a link nor, where there are many other texts, a choice. */
function isTitle(name: string, { fields, addresses }: ModelInputs): boolean {
  const { media = null, choices = null } = fields?.get(name) ?? {};
  return media === null && (addresses === null || choices === null);
}

const noTexts: Readonly<Record<string, string>> = {};

function textsOf(axes: Named['axes']): Readonly<Record<string, string>> {
  if (Object.keys(axes).length === 0) return noTexts;
  return Object.fromEntries(Object.entries(axes).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: JsonValue): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxReadLength);
}
