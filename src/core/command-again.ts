import { keyedInput, nameOf } from './job/named-inputs.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { utf8Bytes } from './path-text.ts';
import { quoted } from './shell-words.ts';

/** A job as its record tells it: `names` is from what people called an input to its key. */
interface Made {
  readonly model: string;
  readonly input: JsonObject;
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * The command that makes exactly this job again, to be pasted into a POSIX shell: `rcb run prompt='a purple cat'
 * seed=1`, without `-m` for `defaultModel`. Values stand in the grammar of axes, each as one value. It reads back as
 * the same job wherever the model's schema tells its types apart; without a schema every value of a command line is a
 * text. null: no command line can say it, since it holds files of the user's, a null, a seed of -1, a name that is not
 * a word, a control character that a terminal would obey, or more than fits into a word.
 */
export function commandAgain(made: Made, defaultModel: string): string | null {
  const { model } = made;
  const { input, names: called } = keyedInput(made);
  const words: string[] = [];
  const names = new Set<string>();
  const maps: string[] = [];
  for (const [key, value] of Object.entries(input)) {
    const short = nameOf(key, called);
    // Any other name is one that the model may have of itself, and the key always leads there.
    const name = short !== key && isShort(short) && isSayableKey(key) ? short : key;
    if (name !== key) maps.push(`--map ${name}=${key}`);
    const isSayable = isWordName(name) && !names.has(name.toLowerCase()) && !wouldBeDrawn(key, value);
    const text = isSayable ? axisText(value) : null;
    if (text === null) return null;
    names.add(name.toLowerCase());
    if (utf8Bytes(`${name}=${text}`) > maxWordBytes) return null;
    words.push(`${name}=${text === '' ? '' : quoted(text)}`);
  }
  if (words.length === 0 || !isTypeable(model)) return null;
  return ['rcb run', ...(model === defaultModel ? [] : ['-m', quoted(model)]), ...maps, ...words].join(' ');
}

/** Whether `key=values` takes it for a key, other than the columns that are not inputs. */
function isWordName(name: string): boolean {
  return (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^(id|model)$/i.test(name)) || isSayableKey(name);
}

/** The key of an input in a part of a workflow, such as `6.text`. */
function isSayableKey(key: string): boolean {
  return /^\d+(?::\d+)*\.[A-Za-z_][A-Za-z0-9_.-]*$/.test(key);
}

/** A name that people have given by `map`. */
function isShort(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) && !/^(id|model)$/i.test(name);
}

/** As a word, -1 asks for a random seed. */
function wouldBeDrawn(name: string, value: JsonValue): boolean {
  return value === -1 && /(^|[_.])seed$/i.test(name);
}

/** A value as an axis of this one value. */
function axisText(value: JsonValue): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return isTypeable(value) ? textItem(value) : null;
  if (typeof value !== 'object') return String(value);
  const texts = [...textsIn(value)];
  if (texts.some((text) => text.startsWith(filePrefix))) return null;
  const escaped = mapTexts(value, withPlainBraces);
  // Filling in templates reads numbers once more.
  if (texts.some((text) => text.includes('{{')) && hasHugeNumber(value)) return null;
  const json = JSON.stringify(escaped);
  return isTypeable(json) ? json : null;
}

/** How the user's files that were sent are named in a body. */
const filePrefix = '@inputs/';

function textItem(text: string): string | null {
  const isFile = text.trimStart().startsWith('@');
  // Filled in like a template, it would name a file.
  if (text.startsWith(filePrefix) || (isFile && text.includes('{{'))) return null;
  const plain = withPlainBraces(text);
  return isBare(plain) ? plain : `"${plain.replaceAll('"', '""')}"`;
}

function withPlainBraces(text: string): string {
  return text.replaceAll('{{', '\\{{');
}

/** Whether it cannot be read as several values, a range, an excluded choice, or a file. */
function isBare(text: string): boolean {
  if (text === '') return true;
  if (text !== text.trim() || text.includes('||')) return false;
  return /^[\p{L}_][^",()[\]{}@]*$/u.test(text) || /^[\d.:]+$/.test(text);
}

// The longest word that Linux passes to a program.
const maxWordBytes = 128 * 1024 - 1;

/** Whether it holds nothing that a shell cannot pass on, a pasting terminal would obey, or planning changes. */
function isTypeable(text: string): boolean {
  if (!text.isWellFormed() || /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text)) return false;
  // As a new run folder would read it.
  return text.normalize('NFC') === text;
}

function* textsIn(value: JsonValue): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) yield* textsIn(member);
  }
}

function hasHugeNumber(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHugeNumber);
}

function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (!isJsonObject(value)) return value.map((member) => mapTexts(member, change));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, change)]));
}
