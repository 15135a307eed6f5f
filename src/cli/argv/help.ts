import { type HelpSection, helpText } from '../../report/terminal/help-text.ts';
import { type CommandEntry, commandGroups } from './command-entry.ts';
import { type CommandName, commands } from './commands.ts';
import { type Flag, flagGroups } from './flag-kinds.ts';
import { helpExamples } from './help-examples.ts';

const title = 'rcb: images and videos in bulk on hosted models; resumable, never paid twice.';

/** `rcb --help`; `all`: with the commands that are rarely needed. */
export function mainHelp(all: boolean, columns: number): string {
  const entries: readonly CommandEntry[] = Object.values(commands);
  const sections = commandGroups.map((group) => ({
    title: group,
    rows: entries
      .filter((entry) => entry.group === group && (all || entry.rare !== true))
      .map(({ usage, describe }) => ({ term: nameAndFirst(usage), meaning: describe })),
  }));
  const foot = [
    'Start with rcb run prompts.csv --rehearse: free, against the built-in simulator.',
    all
      ? 'rcb help COMMAND tells more; rcb version shows the version.'
      : 'rcb help COMMAND tells more; rcb --help-all lists every command.',
  ];
  const head = [title, '', 'Usage: rcb COMMAND [options]'];
  return helpText({ head, sections, foot }, columns);
}

/** `run [INPUT…] [input=values…]` as the list of commands has room for it. */
function nameAndFirst(usage: string): string {
  return /^\S+(?: (?:\[[^\]]*\]|\S+))?/.exec(usage)?.[0] ?? usage;
}

/** `rcb COMMAND --help`; `all`: with the flags that are rarely needed. */
export function commandHelp(name: CommandName, all: boolean, columns: number): string {
  const entry: CommandEntry = commands[name];
  const examples = helpExamples[name];
  const flags = Object.entries(entry.flags).filter(([, { hidden }]) => hidden !== true);
  const isShown = ([flag, { rare }]: readonly [string, Flag]): boolean =>
    all || (entry.shown === undefined ? rare !== true : entry.shown.includes(flag));
  const shown = flags.filter(isShown);
  const groups: HelpSection[] = flagGroups.flatMap((group) => {
    const rows = shown.filter(([, flag]) => (flag.group ?? 'Options') === group).map(flagRow);
    return rows.length === 0 ? [] : [{ title: group, rows }];
  });
  const head = [`Usage: rcb ${entry.usage}${flags.length > 0 ? ' [options]' : ''}`, '', `${entry.describe}.`];
  return helpText(
    {
      head,
      sections: [
        ...(examples.length === 0 ? [] : [{ title: 'Examples', rows: examples, hasOwnWidth: true as const }]),
        ...groups,
      ],
      foot: footOf(name, shown.length < flags.length),
    },
    columns,
  );
}

function flagRow([name, flag]: readonly [string, Flag]) {
  const alias = typeof flag.alias === 'string' && flag.alias.length === 1 ? `-${flag.alias}, ` : '    ';
  const value = flag.value === undefined ? '' : ` ${flag.value}`;
  const words =
    flag.words === undefined || flag.words.length > 6 || flag.value?.includes('|') === true
      ? ''
      : `: ${flag.words.join(', ')}`;
  const said = flag.describe.includes(flag.words?.at(-1) ?? '\0') ? '' : words;
  const usual = flag.usual === undefined ? '' : `  [${flag.usual}]`;
  return { term: `${alias}--${name}${value}`, meaning: `${flag.describe}${said}${usual}` };
}

const submitting: ReadonlySet<CommandName> = new Set(['run', 'resume', 'retry', 'vary']);

function footOf(name: CommandName, hasMore: boolean): readonly string[] {
  const codes = submitting.has(name) ? exitCodeLines : [];
  const inputs = name === 'run' || name === 'plan' ? "        The model's inputs: rcb schema" : '';
  const more = hasMore ? [`More options: rcb ${name} --help-all${inputs}`] : [];
  return [...codes, ...more];
}

const exitCodeLines = [
  'Exit codes: 0 all done · 1 some failed · 64 usage · 65 input · 77 token',
  '            75 not finished, run it again · 76 unclear submissions',
];

/** The help that this command line asks for; null: its command is not known. */
export function helpFor(argv: readonly string[], columns: number): string | null {
  const width = Math.min(columns, widest);
  const words = argv.filter((word) => !word.startsWith('-'));
  const name = words[0] === 'help' ? words[1] : words[0];
  const all = argv.includes('--help-all') || argv.includes('--all');
  if (name === undefined || name === 'help') return mainHelp(all, width);
  return isCommand(name) ? commandHelp(name, all, width) : null;
}

const widest = 110;

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
