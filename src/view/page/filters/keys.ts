import { promptName } from '../../../core/job/named-inputs.ts';
import type { JsonValue } from '../../../core/json.ts';
import { canonicalJson } from '../../../core/json.ts';
import type { PageHead, PageJob } from '../../page-data.ts';
import { reasonOf } from '../job/failure-words.ts';
import { familyNames } from '../job/families.ts';

/** A property that jobs differ in: it can be an axis of the grid, or a filter. */
export interface Key {
  /** Its name in the URL. */
  readonly id: string;
  readonly label: string;
  readonly kind: 'axis' | 'own' | 'input' | 'tag';
  /** It is what is shown as the prompt. */
  readonly isPrompt: boolean;
  /** Values in the order in which to show them; all others follow. */
  readonly order: readonly JsonValue[];
  /** undefined: the job has no value. */
  value(job: PageJob): JsonValue | undefined;
}

/** Keys that a job of any model may have. If the plan names one as an axis, it also sets `order`. */
const ownKeys: readonly (readonly [id: string, value: (job: PageJob) => JsonValue | undefined])[] = [
  ['model', ({ model }) => model],
  ['state', ({ state }) => state],
  ['error', (job) => reasonOf(job) ?? undefined],
  ['id', ({ name }) => name ?? undefined],
  ['rep', ({ rep }) => rep],
  ['plan', ({ isPlanned }) => (isPlanned ? 'in the plan' : 'left the plan')],
];

/** Where several folders are compared. A pair is a row of what is the same in each. */
const comparedKeys: typeof ownKeys = [
  ['folder', ({ folder }) => folder],
  ['pair', ({ pair }) => pair],
];

/** Every key of a folder: the plan's axes in their order, then `prompt`, the keys of every job, inputs, and tags. */
export function keysOf(head: PageHead, jobs: readonly PageJob[]): readonly Key[] {
  const keys = new Map<string, Key>();
  const compared = head.compared ?? [];
  const always = compared.length > 0 ? [...comparedKeys, ...ownKeys] : ownKeys;
  const own = new Map(always);
  const prompt = promptKey(jobs);
  const labels = compared.map(({ label }) => label);
  const add = (name: string, kind: Key['kind'], value: Key['value'], order: readonly JsonValue[]): void => {
    // A tag may have the name of an input, and an input the name of a key of every job.
    let id = name;
    while (keys.has(id) || (kind !== 'own' && kind !== 'axis' && own.has(id))) id = `${kind}:${id}`;
    const isPrompt = name === prompt && (kind === 'axis' || kind === 'input');
    keys.set(id, { id, label: name, kind, isPrompt, order, value });
  };

  const axisNames = new Set<string>();
  for (const { name, values } of head.axes) {
    if (axisNames.has(name)) continue;
    axisNames.add(name);
    add(name, 'axis', own.get(name) ?? axisValue(name), values);
  }
  const inputs = namesIn(jobs, ({ input }) => input);
  for (const { axes } of jobs) for (const name of Object.keys(axes)) inputs.add(name);
  for (const name of axisNames) inputs.delete(name);
  if (prompt !== null && inputs.delete(prompt)) add(prompt, 'input', axisValue(prompt), []);
  for (const [id, value] of always) {
    if (!axisNames.has(id)) add(id, 'own', value, id === 'folder' ? labels : []);
  }
  if (jobs.some(({ parent }) => parent !== null)) {
    const names = familyNames(jobs);
    add('family', 'own', ({ job }) => names.get(job), []);
  }
  for (const name of inputs) add(name, 'input', axisValue(name), []);
  for (const name of namesIn(jobs, ({ tags }) => tags))
    add(name, 'tag', ({ tags }) => ownValue(tags, name), []);
  return [...keys.values()];
}

/** The input or axis that is shown as the prompt; null: none is. */
function promptKey(jobs: readonly PageJob[]): string | null {
  const isPrompt = ({ input, axes }: PageJob): boolean =>
    Object.hasOwn(input, 'prompt') || Object.hasOwn(axes, 'prompt');
  if (jobs.some(isPrompt)) return 'prompt';
  for (const { input } of jobs) {
    const name = promptName(input);
    if (name !== null) return name;
  }
  return null;
}

/** The label of a value, wherever it is shown. */
export function labelOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null || value === '') return noValue;
  return typeof value === 'string' ? value : canonicalJson(value);
}

export const noValue = '(none)';

function axisValue(name: string): Key['value'] {
  return ({ axes, input }) => ownValue(axes, name) ?? ownValue(input, name);
}

function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function namesIn(jobs: readonly PageJob[], record: (job: PageJob) => object): Set<string> {
  const names = new Set<string>();
  for (const job of jobs) for (const name of Object.keys(record(job))) names.add(name);
  return names;
}
