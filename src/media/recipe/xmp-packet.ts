import { promptText } from '../../core/job/named-inputs.ts';
import { type Recipe, shownInput } from '../../core/job/recipe.ts';
import { parseRecipe, recipeJson } from './recipe-json.ts';

const namespace = 'urn:runcomfy-batch:recipe:1/';

const emptyPacket = [
  '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
  '</rdf:RDF></x:xmpmeta>',
  '<?xpacket end="r"?>',
].join('\n');

const blockStart = [
  '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"',
  `xmlns:rcb="${namespace}">`,
].join(' ');
const blockEnd = '</rdf:Description>\n';
const ownForm: Form = { start: blockStart, end: blockEnd };
const listEnd = '</rdf:RDF>';

const maxRecipes = 100;
const maxPrefixes = 16;

const declaration = new RegExp(`xmlns:([\\w.-]{1,100})\\s{0,9}=\\s{0,9}["']${namespace}["']`, 'g');

/**
 * The packet with this recipe in it in place of any other one, and with all else that it says; null: a new packet.
 * Gives null for a packet that is not as the specification wants it.
 */
export function xmpWithRecipe(packet: string | null, recipe: Recipe): string | null {
  const rest = withoutRecipe(packet ?? emptyPacket);
  if (rest === null) return null;
  const at = rest.lastIndexOf(listEnd);
  if (at === -1) return null;
  const said = plainXml(promptText(shownInput(recipe).input) ?? '');
  // A description that is there already is the server's own.
  const description = said === '' || rest.includes('dc:description') ? '' : descriptionOf(said);
  const block = `${blockStart}${description}<rcb:recipe>${escaped(recipeJson(recipe))}</rcb:recipe>${blockEnd}`;
  return rest.slice(0, at) + block + rest.slice(at);
}

/** The recipe that a packet holds, as an element or as an attribute, whatever program wrote it down again. */
export function recipeInXmp(packet: string): Recipe | null {
  for (const form of formsIn(packet)) {
    const found = between(packet, form);
    const recipe = found === null ? null : parseRecipe(unescaped(packet.slice(found.from, found.to)));
    if (recipe !== null) return recipe;
  }
  return null;
}

/** null: it holds more of them than any program writes, made to keep its reader busy. */
function withoutRecipe(packet: string): string | null {
  let rest = packet;
  let left = maxRecipes;
  for (const form of [ownForm, ...formsIn(packet)]) {
    for (let found = between(rest, form); found !== null; found = between(rest, form)) {
      left -= 1;
      if (left < 0) return null;
      rest = rest.slice(0, found.from - form.start.length) + rest.slice(found.to + form.end.length);
    }
  }
  return rest;
}

interface Form {
  readonly start: string;
  readonly end: string;
}

/** How the recipe may stand in a packet that other programs have written down again. */
function* formsIn(packet: string): Iterable<Form> {
  const prefixes = new Set<string | undefined>();
  for (const [, prefix] of packet.matchAll(declaration)) {
    if (prefixes.has(prefix)) continue;
    if (prefixes.size === maxPrefixes) return;
    prefixes.add(prefix);
    const name = `${prefix}:recipe`;
    yield { start: `<${name}>`, end: `</${name}>` };
    for (const quote of [`"`, `'`]) yield { start: ` ${name}=${quote}`, end: quote };
  }
}

function between(text: string, { start, end }: Form): { from: number; to: number } | null {
  const at = text.indexOf(start);
  if (at === -1) return null;
  const from = at + start.length;
  const to = text.indexOf(end, from);
  return to === -1 ? null : { from, to };
}

function descriptionOf(said: string): string {
  const list = `<rdf:Alt><rdf:li xml:lang="x-default">${escaped(said)}</rdf:li></rdf:Alt>`;
  return `<dc:description>${list}</dc:description>`;
}

/** A text as far as XML 1.0 can carry it. */
function plainXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const names = Object.entries(entities).map(([name, character]) => [character, `&${name};`] as const);
const entityOf = new Map(names);

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entityOf.get(character) as string);
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{2,4}));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
