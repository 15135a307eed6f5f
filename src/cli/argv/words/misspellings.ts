import { tokenVariables, usualModel } from '../../../app/access/usual.ts';
import { UserError } from '../../../core/complaints.ts';
import { bareName, misspelt, suggestion } from '../../../core/nearby.ts';
import { commandLine } from '../../../core/shell-words.ts';
import { type CommandName, commands } from '../commands.ts';
import type { Flag, FlagTable } from '../flag-kinds.ts';

/** What other programs call a command of ours. */
const otherCommands: Readonly<Record<string, CommandName>> = {
  start: 'run',
  generate: 'run',
  submit: 'run',
  batch: 'run',
  eval: 'run',
  list: 'ls',
  info: 'show',
  continue: 'resume',
  redo: 'retry',
  download: 'fetch',
  gallery: 'view',
  wallet: 'balance',
};

/** The command of a command line. Throws `UserError` (`usage`), with what to type, where there is none. */
export function checkedCommand(argv: readonly string[]): CommandName {
  const isKnown = (word: string): word is CommandName => Object.hasOwn(commands, word);
  const [first = '', ...others] = argv;
  if (isKnown(first)) return first;
  const later = first.startsWith('-') ? others.find(isKnown) : undefined;
  if (later !== undefined) return later;
  // `rcb help rnu` comes here as well.
  const [word, rest] = first === 'help' ? [others[0] ?? '', []] : [first, others];
  throw new UserError('usage', `Unknown command "${word}".`, commandMeant(word, rest));
}

function commandMeant(word: string, rest: readonly string[]): string {
  const known = Object.entries(commands).flatMap(([name, { group }]) => (group === null ? [] : [name]));
  const other = Object.hasOwn(otherCommands, word.toLowerCase()) ? otherCommands[word.toLowerCase()] : null;
  const meant = other ?? suggestion(word, known);
  if (meant !== null && meant !== undefined) return `Did you mean: ${commandLine([meant, ...rest])}`;
  // What people type who expect the input to come first.
  if (/\s/.test(word) && !word.includes('=')) {
    return `If it is a prompt: ${commandLine(['run', `prompt=${word}`, ...rest])}`;
  }
  if (/[.=/\\*]/.test(word)) return `Did you mean: ${commandLine(['run', word, ...rest])}`;
  return 'See rcb --help.';
}

/** What other programs call a flag of ours; null: it is a plain word here, the input itself. */
const otherFlags: Readonly<Record<string, string | null>> = {
  parallel: 'concurrency',
  parallelism: 'concurrency',
  workers: 'concurrency',
  threads: 'concurrency',
  jobs: 'concurrency',
  maxworkers: 'concurrency',
  output: 'out',
  outdir: 'out',
  outputdir: 'out',
  outputfolder: 'out',
  dir: 'out',
  budget: 'max-cost',
  maxspend: 'max-cost',
  maxprice: 'max-cost',
  costlimit: 'max-cost',
  force: 'yes',
  assumeyes: 'yes',
  noconfirm: 'yes',
  simulate: 'rehearse',
  test: 'rehearse',
  dry: 'dry-run',
  preview: 'dry-run',
  count: 'repeat',
  num: 'repeat',
  numimages: 'repeat',
  batchsize: 'repeat',
  first: 'limit',
  head: 'limit',
  ratelimit: 'rpm',
  input: null,
  file: null,
  csv: null,
  prompts: null,
  promptsfile: null,
};

const secrets = /key|tok|secret|passw|^auth|bearer|credential/;
const takesInputs: ReadonlySet<string> = new Set(['run', 'plan', 'vary']);

/**
 * The command line with flags spelt as they are known (`--max_cost`, `-oout/cats`). Throws `UserError` (`usage`) for
 * any other, with the command line that was probably meant.
 */
export function checkedFlags(argv: readonly string[], table: FlagTable): readonly string[] {
  const flags = new Map<string, Flag>();
  for (const [name, flag] of Object.entries(table)) {
    flags.set(name, flag);
    for (const alias of [flag.alias ?? []].flat()) flags.set(alias, flag);
  }
  const checked: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] as string;
    if (word === '--') return [...checked, ...argv.slice(at)];
    refuseLongDash(word, argv);
    const spelt = word.startsWith('-') && word !== '-' ? speltAsKnown(word, flags) : [word];
    if (spelt === null) throw unknownFlag(argv, at, table, flags);
    const form = formOf(spelt[0] as string, flags);
    if (form !== null) {
      checked.push(form);
      continue;
    }
    checked.push(...spelt);
    const [name = '', ...values] = (spelt[0] as string).replace(/^--?/, '').split('=');
    const flag = word.startsWith('-') ? flags.get(name) : undefined;
    if (flag?.requiresArg !== true || values.length > 0 || spelt.length > 1) continue;
    const next = argv[at + 1];
    if (next === undefined || /^-[^\d.]/.test(next)) throw missingValue(word, flag);
    checked.push(next);
    at += 1;
  }
  return checked;
}

/** `--json` for `--json=summary`, which `json-form.ts` reads; null: another word. Throws for a form that there is not. */
function formOf(word: string, flags: ReadonlyMap<string, Flag>): string | null {
  const [, name = '', value] = /^--([^=]+)=(.*)$/.exec(word) ?? [];
  const flag = flags.get(name);
  if (value === undefined || flag?.type !== 'boolean' || value === 'true' || value === 'false') return null;
  if (flag.forms?.includes(value) === true) return `--${name}`;
  const hint =
    flag.forms === undefined ? `Write --${name}.` : `Write --${name} or --${name}=${flag.forms[0]}.`;
  throw new UserError('usage', `--${name} does not take "${value}".`, hint);
}

/** One word, or a letter and its value; null: there is no such flag. */
function speltAsKnown(word: string, flags: ReadonlyMap<string, Flag>): readonly string[] | null {
  const equals = word.indexOf('=');
  const [name, value] = equals === -1 ? [word, ''] : [word.slice(0, equals), word.slice(equals)];
  if (!word.startsWith('--')) return speltInLetters(word, flags);
  const long = name.slice(2);
  if (flags.has(long)) return [word];
  const alike = [...flags.keys()].find((each) => each.length > 1 && bareName(each) === bareName(long));
  if (alike !== undefined) return [`--${alike}${value}`];
  const refused = /^no-(.+)$/.exec(long)?.[1];
  return refused !== undefined && flags.get(refused)?.type === 'boolean' ? [word] : null;
}

function speltInLetters(word: string, flags: ReadonlyMap<string, Flag>): readonly string[] | null {
  const [first = '', ...others] = [...word.slice(1)];
  const flag = flags.get(first);
  if (flag === undefined) return null;
  if (others.length === 0 || others[0] === '=') return [word];
  const isLong = flags.has(word.slice(1)) || others.includes('-');
  if (flag.requiresArg === true) return isLong ? null : [`-${first}`, others.join('')];
  return others.every((letter) => flags.has(letter) && flags.get(letter)?.requiresArg !== true)
    ? [word]
    : null;
}

/** Word processors and chats make `–seeds` of `--seeds`. */
function refuseLongDash(word: string, argv: readonly string[]): void {
  if (!/^[\u2010-\u2015\u2212]+[A-Za-z]/.test(word)) return;
  const plain = argv.map((each) => each.replace(/^[\u2010-\u2015\u2212]+(?=[A-Za-z])/, '--'));
  const sentence = `"${word}" starts with a long dash; options start with two hyphens.`;
  throw new UserError('usage', sentence, `Did you mean: ${commandLine(plain)}`);
}

const exampleValues: Readonly<Record<string, string>> = { N: '20', TIME: '8h', USD: '50', DIR: 'out/cats' };

function missingValue(word: string, { value, usual, words }: Flag): UserError {
  const example = words?.[0] ?? exampleValues[value ?? ''] ?? usual ?? value;
  return new UserError('usage', `${word} needs a value.`, `Write it like ${word} ${example}.`);
}

function unknownFlag(
  argv: readonly string[],
  at: number,
  table: FlagTable,
  flags: ReadonlyMap<string, Flag>,
): UserError {
  const [word, ...glued] = (argv[at] as string).split('=');
  const name = (word as string).replace(/^-+/, '');
  const bare = bareName(name);
  if (secrets.test(bare)) {
    const sentence = `There is no ${word}: a token on a command line stays in the history of the shell.`;
    return new UserError(
      'usage',
      sentence,
      `Run rcb login, set ${tokenVariables[0]}, or give --token-file FILE.`,
    );
  }
  const next = argv[at + 1];
  const follows = glued.length === 0 && next !== undefined && !next.startsWith('-');
  const value = glued.length > 0 ? glued.join('=') : follows ? next : null;
  const insteadOf = (words: readonly string[], taken: boolean): string =>
    commandLine([...argv.slice(0, at), ...words, ...argv.slice(at + (taken && follows ? 2 : 1))]);

  const inputs = takesInputs.has(argv[0] ?? '') ? inputNames : [];
  const input = inputs.find((each) => bareName(each) === bare) ?? null;
  if (input !== null) {
    const sentence = `${word} is not an option: inputs of the model are written without dashes.`;
    return new UserError('usage', sentence, `Did you mean: ${insteadOf([`${input}=${value ?? '…'}`], true)}`);
  }
  if (Object.hasOwn(otherFlags, bare) && otherFlags[bare] === null && inputs.length > 0 && value !== null) {
    return unknown(word as string, `Did you mean: ${insteadOf([value], true)}`);
  }
  const names = Object.keys(table).filter((each) => table[each]?.hidden !== true);
  const other = Object.hasOwn(otherFlags, bare) ? (otherFlags[bare] ?? '') : '';
  const meant = names.includes(other) ? other : misspelt(name, [...names, ...inputs]);
  if (meant !== null && !names.includes(meant)) {
    return unknown(word as string, `Did you mean: ${insteadOf([`${meant}=${value ?? '…'}`], true)}`);
  }
  if (meant !== null) {
    const takesValue = flags.get(meant)?.requiresArg === true;
    const given = glued.length > 0 && takesValue ? `=${glued.join('=')}` : '';
    return unknown(word as string, `Did you mean: ${insteadOf([`--${meant}${given}`], false)}`);
  }
  const see = `See rcb ${argv[0]} --help-all.`;
  if (inputs.length === 0 || value === null) return unknown(word as string, see);
  const words = insteadOf([`${name}=${value}`], true);
  return unknown(word as string, `If it is an input of the model: ${words}`);
}

function unknown(word: string, hint: string): UserError {
  return new UserError('usage', `Unknown option ${word}.`, hint);
}

/** The inputs of the model that is known without asking. */
const inputNames: readonly string[] = Object.keys(
  (usualModel.inputSchema?.properties ?? {}) as Readonly<Record<string, unknown>>,
);
