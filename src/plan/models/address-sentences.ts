import { unquotedName } from '../../core/input-words.ts';
import { bareName, misspelt } from '../../core/nearby.ts';
import { isWellKnown } from '../notes/column-likeness.ts';
import type { InputAddresses, Named } from './input-addresses.ts';
import type { ModelInputs } from './schema.ts';
import { showName, showValue } from './sentences.ts';

const maxListed = 12;
const maxSources = 3;

/** An input as people know it: `6.text (Positive prompt)`. */
export function titledInput(key: string, { fields }: ModelInputs): string {
  const title = fields?.get(key)?.group ?? null;
  return title === null ? showName(key) : `${showName(key)} (${showName(title)})`;
}

/** Why a name sets no input, and what to do about it. */
export function refusedName(
  name: string,
  named: Exclude<Named, { type: 'input' }>,
  inputs: ModelInputs,
): string {
  if (named.type === 'ambiguous') {
    const [first = ''] = named.keys.toSorted(
      (a, b) => Number(isLinked(a, inputs)) - Number(isLinked(b, inputs)),
    );
    const listed = named.keys.slice(0, maxListed).map((key) => titledInput(key, inputs));
    const more = named.keys.length > maxListed ? ', …' : '';
    return `${showValue(name)} may be ${listed.join(', ')}${more} of ${inputs.model}; write the one that is meant, such as ${showName(first)}`;
  }
  const { key } = named;
  const own = name === key ? '' : ` (${showName(key)})`;
  const meant = `${key}!`;
  return `${showValue(name)}${own} of ${inputs.model} is linked${linkOf(key, inputs)}; set ${sourcesOf(key, inputs)}, or write ${showValue(meant)} to replace the link`;
}

function isLinked(key: string, { fields }: ModelInputs): boolean {
  return fields?.get(key)?.isLinked === true;
}

/** What can be set where an input's link leads: `2.value (Prompt)`, if its description tells the node. */
function sourcesOf(key: string, inputs: ModelInputs): string {
  const node = /\bnode ([^\s.(]+)/.exec(inputs.fields?.get(key)?.description ?? '')?.[1];
  const open = [...(inputs.fields?.keys() ?? [])].filter(
    (each) => node !== undefined && each.startsWith(`${node}.`) && !isLinked(each, inputs),
  );
  if (open.length === 0 || open.length > maxSources) return 'an input of the node that it is linked to';
  return open.map((each) => titledInput(each, inputs)).join(' or ');
}

/** `: linked to node 4 (Loader), output 1`, as the schema describes it. */
function linkOf(key: string, { fields }: ModelInputs): string {
  const described = fields?.get(key)?.description ?? '';
  const bare = described
    .trim()
    .replace(/^linked\s+/i, '')
    .replace(/\.$/, '');
  return bare === '' ? '' : ` ${showName(bare)}`;
}

/** Said, once, of an input whose link gives way. */
export function unlinkedSentence(key: string, inputs: ModelInputs): string {
  return `${titledInput(key, inputs)} is linked${linkOf(key, inputs)}; the value that you give replaces the link`;
}

/** What a name that nothing is called by was probably meant for. */
export function nearAddress(name: string, { names }: InputAddresses, inputs: ModelInputs): string | null {
  const meant = unquotedName(name.trim().replace(/!$/, ''));
  const bare = bareName(meant);
  if (bare === '') return null;
  const inside = /\..+\./.test(meant) ? addressIn(meant.split('.'), inputs) : null;
  if (inside !== null) return inside;
  return (
    names.find((each) => bareName(each) === bare) ?? (isWellKnown(meant) ? null : misspelt(meant, names))
  );
}

/** Whether a name that nothing is called by can only be meant for an input. */
export function isMeantAsAddress(name: string, { fields }: ModelInputs): boolean {
  const meant = unquotedName(name.trim());
  if (meant !== name.trim() || /^\d+(?::\d+)*\.\S|.!$/.test(meant)) return true;
  const part = /[^.]\.([^.]+)$/.exec(meant)?.[1]?.toLowerCase();
  return (
    part !== undefined && [...(fields?.keys() ?? [])].some((key) => key.toLowerCase().endsWith(`.${part}`))
  );
}

/** The input that a path leads to, whatever stands around its node and its own name: `6.inputs.text` is `6.text`. */
export function addressIn(steps: readonly string[], { fields }: ModelInputs): string | null {
  const last = steps.at(-1) ?? '';
  return steps.map((step) => `${step}.${last}`).find((key) => fields?.has(key) === true) ?? null;
}
