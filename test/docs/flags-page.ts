// `npm run docs`: writes docs/flags.md from the tables that the program itself reads.
import { writeFileSync } from 'node:fs';
import { type CommandEntry, commandGroups } from '../../src/cli/argv/command-entry.ts';
import { type CommandName, commands } from '../../src/cli/argv/commands.ts';
import { type Flag, type FlagTable, flagGroups } from '../../src/cli/argv/flag-kinds.ts';
import { helpExamples } from '../../src/cli/argv/help-examples.ts';

type Listed = readonly [name: string, flag: Flag];

const head = [
  '# Commands and options',
  '',
  'This page is made from the tables that the program reads: `npm run docs` writes it.',
  '',
  '`DIR` is a run folder; without it, a command uses the newest folder in `out/`. `JOB` is a job id, or the start of one. `rcb help COMMAND` shows the same in the terminal, and `rcb COMMAND --help-all` also lists what is rarely needed.',
];

/** The text of docs/flags.md. */
export function flagsPage(): string {
  const names = commandGroups.flatMap((group) => namesIn(group));
  return `${[...head, '', ...commandTable(), ...names.flatMap(commandPart)].join('\n')}\n`;
}

function namesIn(group: string): readonly CommandName[] {
  const all = Object.keys(commands) as CommandName[];
  return all.filter((name) => entryOf(name).group === group);
}

function entryOf(name: CommandName): CommandEntry {
  return commands[name];
}

function commandTable(): readonly string[] {
  const rows = commandGroups.flatMap((group) =>
    namesIn(group).map((name) => `| [rcb ${name}](#rcb-${name}) | ${cell(entryOf(name).describe)} |`),
  );
  return ['| command | what it does |', '|---|---|', ...rows];
}

function commandPart(name: CommandName): readonly string[] {
  const { describe, usage, flags } = entryOf(name);
  const width = Math.max(0, ...helpExamples[name].map(({ term }) => term.length));
  const examples = helpExamples[name].map(({ term, meaning }) => `${term.padEnd(width)}   # ${meaning}`);
  return [
    '',
    `## rcb ${name}`,
    '',
    `${describe}.`,
    '',
    '```',
    `rcb ${usage}`,
    '```',
    ...(examples.length === 0 ? [] : ['', '```sh', ...examples, '```']),
    ...flagsPart(name, flags),
  ];
}

/** What `run` says of its own options is not repeated at the commands that share them. */
function flagsPart(name: CommandName, table: FlagTable): readonly string[] {
  const listed = Object.entries(table).filter(([, { hidden }]) => hidden !== true);
  if (listed.length === 0) return [];
  const isShared = ([flag, { describe }]: Listed): boolean =>
    name !== 'run' && (commands.run.flags as FlagTable)[flag]?.describe === describe;
  const shared = listed.filter(isShared);
  const own = listed.filter((each) => !isShared(each));
  const isAll = shared.length === visibleCount(commands.run.flags);
  const names = shared.map(([flag]) => `\`--${flag}\``).join(' ');
  const options = 'options of [rcb run](#rcb-run)';
  const sharedText = isAll ? `It takes all ${options}.` : `And these ${options}: ${names}`;
  return [...groupedTables(own), ...(shared.length === 0 ? [] : ['', sharedText])];
}

function visibleCount(table: FlagTable): number {
  return Object.values(table).filter(({ hidden }) => hidden !== true).length;
}

function groupedTables(flags: readonly Listed[]): readonly string[] {
  const groups = flagGroups.filter((group) => flags.some(([, flag]) => groupOf(flag) === group));
  return groups.flatMap((group) => [
    '',
    `| ${group} | | default |`,
    '|---|---|---|',
    ...flags.filter(([, flag]) => groupOf(flag) === group).map(flagRow),
  ]);
}

function groupOf({ group }: Flag): string {
  return group ?? 'Options';
}

function flagRow([name, flag]: Listed): string {
  const alias =
    typeof flag.alias === 'string' ? `${flag.alias.length === 1 ? '-' : '--'}${flag.alias}, ` : '';
  const value = flag.value === undefined ? '' : ` ${flag.value}`;
  const { words = [] } = flag;
  const isSaid = words.length === 0 || `${value} ${flag.describe}`.includes(words.at(-1) as string);
  const said = isSaid ? '' : `: ${words.join(', ')}`;
  const usual = flag.usual === undefined ? '' : `\`${flag.usual}\``;
  return `| \`${cell(`${alias}--${name}${value}`)}\` | ${cell(marked(`${flag.describe}${said}`))} | ${cell(usual)} |`.replaceAll(
    '|  |',
    '| |',
  );
}

/** A text as it is, though Markdown would take its signs for its own. */
function marked(text: string): string {
  return text.replace(/[_<*{]/g, (sign) => `\\${sign}`);
}

/** In a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) writeFileSync(new URL('../../docs/flags.md', import.meta.url), flagsPage());
