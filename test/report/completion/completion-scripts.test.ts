import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CompletedShell, completionScript } from '../../../src/report/completion/completion-scripts.ts';
import { canOpenTerminal, folderWithProgram, isInstalled, openShell } from '../shell-terminal.ts';

const candidates = [
  'run\tMake every generation exist',
  'resume\tContinue',
  '--model\tModel of every row',
  'prompt=\tWhat the image shows: a text',
  'style=anime\tstyle',
  'style=realistic\tstyle',
  'style=anime,realistic',
  'aspect_ratio=16:9\taspect_ratio',
  'aspect_ratio=21:9',
  'mood=very calm\tmood',
];

/** A folder with the program, the script of a shell, and files to complete. */
function arranged(shell: CompletedShell) {
  const { dir, env } = folderWithProgram(candidates);
  const script = join(dir, `completion.${shell}`);
  writeFileSync(script, completionScript(shell));
  const cwd = join(dir, 'work');
  mkdirSync(join(cwd, 'photos'), { recursive: true });
  for (const file of ['kittens.csv', 'photos/cat.png', 'my list.csv']) writeFileSync(join(cwd, file), '');
  return { dir, env, script, cwd, asked: () => readFileSync(join(dir, 'asked'), 'utf8') };
}

/** What is typed, and what the program is then called with. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ['rcb ru\tx', ['run', 'x']],
  ['rcb run pro\tcat', ['run', 'prompt=cat']],
  ['rcb run style=re\tx', ['run', 'style=realistic', 'x']],
  ['rcb run style=anime,\tx', ['run', 'style=anime,realistic', 'x']],
  ['rcb run aspect_ratio=1\tx', ['run', 'aspect_ratio=16:9', 'x']],
  ['rcb run aspect_ratio=16:\tx', ['run', 'aspect_ratio=16:9', 'x']],
  ['rcb run --mo\tx', ['run', '--model', 'x']],
  ['rcb run mood=\tx', ['run', 'mood=very calm', 'x']],
  ['rcb run kit\tx', ['run', 'kittens.csv', 'x']],
  ['rcb run my\tx', ['run', 'my list.csv', 'x']],
  ['rcb run pho\tc\tx', ['run', 'photos/cat.png', 'x']],
  ['rcb run image_url=@pho\tca\tx', ['run', 'image_url=@photos/cat.png', 'x']],
  ['rcb run --out=pho\tc\tx', ['run', '--out=photos/cat.png', 'x']],
];

/** Runs the bash function as bash itself would, for the line up to the cursor and the words as bash cuts them. */
function repliesIn(
  script: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  line: string,
  words: readonly string[],
) {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const { stdout, stderr } = spawnSync(
    'bash',
    [
      '--norc',
      '--noprofile',
      '-c',
      `source ${quote(script)}
COMP_LINE=${quote(line)} COMP_POINT=\${#COMP_LINE} COMP_WORDS=(${words.map(quote).join(' ')})
COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_rcb_complete
((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    { cwd, env, encoding: 'utf8' },
  );
  expect(stderr.replace(/.*compopt: not currently executing.*\n/g, '')).toBe('');
  return stdout.split('\n').slice(0, -1);
}

test('bash: words that it cuts at = and : are put together, and only what is missing is offered', () => {
  const { script, cwd, env, asked } = arranged('bash');
  const replies = (line: string, ...words: string[]) => repliesIn(script, cwd, env, line, words);
  expect(replies('rcb ', 'rcb', '')).toEqual(expect.arrayContaining(['run ', 'resume ']));
  expect(replies('rcb r', 'rcb', 'r')).toEqual(['run ', 'resume ']);
  expect(asked()).toBe('__complete|bash|--|r|');
  expect(replies('rcb run  pro', 'rcb', 'run', 'pro')).toEqual(['prompt=']);
  expect(replies('rcb run style=an', 'rcb', 'run', 'style', '=', 'an')).toEqual([
    'anime ',
    'anime,realistic ',
  ]);
  expect(asked()).toBe('__complete|bash|--|run|style=an|');
  expect(replies('rcb run style=', 'rcb', 'run', 'style', '=')).toHaveLength(3);
  expect(replies('rcb run aspect_ratio=16:', 'rcb', 'run', 'aspect_ratio', '=', '16', ':')).toEqual(['9 ']);
  expect(
    replies('rcb run a=16:9 x=1 ki', 'rcb', 'run', 'a', '=', '16', ':', '9', 'x', '=', '1', 'ki'),
  ).toEqual(['kittens.csv ']);
  expect(asked()).toBe('__complete|bash|--|run|a=16:9|x=1|ki|');
  expect(replies('rcb run i=@ph', 'rcb', 'run', 'i', '=', '@ph')).toEqual(['@photos/']);
  expect(replies('rcb run my', 'rcb', 'run', 'my')).toEqual(['my\\ list.csv ']);
  expect(replies('rcb run prompt="a ', 'rcb', 'run', 'prompt', '=', '"a ')).toEqual([]);
});

test('bash: nothing of what is typed is ever run', () => {
  const { dir, script, cwd, env, asked } = arranged('bash');
  const word = `$(touch ${dir}/ran)\`touch ${dir}/ran\``;
  repliesIn(script, cwd, env, `rcb run ${word} k`, ['rcb', 'run', word, 'k']);
  expect(asked()).toContain('$(touch');
  expect(spawnSync('ls', [dir], { encoding: 'utf8' }).stdout).not.toMatch(/^ran$/m);
});

test('bash on a terminal completes commands, inputs, values, flags and files', async ({ skip }) => {
  if (!canOpenTerminal()) skip('there is no script of util-linux to give bash a terminal');
  const { dir, script, cwd, env } = arranged('bash');
  const rc = join(dir, 'rc');
  writeFileSync(
    rc,
    `PS1='READY> '\nbind 'set enable-bracketed-paste off'\nbind 'set bell-style none'\nsource ${script}\n`,
  );
  const shell = await openShell(`bash --noprofile --rcfile ${rc} -i`, cwd, env);
  for (const [keys, words] of typed) expect(await shell.type(keys)).toEqual(words);
});

test('zsh on a terminal completes commands, inputs, values, flags and files', async ({ skip }) => {
  if (!isInstalled('zsh')) skip('zsh is not installed');
  if (!canOpenTerminal()) skip('there is no script of util-linux to give zsh a terminal');
  const { dir, script, cwd, env } = arranged('zsh');
  writeFileSync(
    join(dir, '.zshrc'),
    `PS1='READY> '\nunsetopt beep\nautoload -Uz compinit && compinit -u -D\nsource ${script}\n`,
  );
  const shell = await openShell('zsh -i', cwd, { ...env, ZDOTDIR: dir });
  for (const [keys, words] of typed) expect(await shell.type(keys)).toEqual(words);
});

test('zsh takes the script from its function path too', async ({ skip }) => {
  if (!isInstalled('zsh')) skip('zsh is not installed');
  if (!canOpenTerminal()) skip('there is no script of util-linux to give zsh a terminal');
  const { dir, cwd, env } = arranged('zsh');
  mkdirSync(join(dir, 'functions'));
  writeFileSync(join(dir, 'functions/_rcb'), completionScript('zsh'));
  writeFileSync(
    join(dir, '.zshrc'),
    `PS1='READY> '\nunsetopt beep\nfpath=(${dir}/functions $fpath)\nautoload -Uz compinit && compinit -u -D\n`,
  );
  const shell = await openShell('zsh -i', cwd, { ...env, ZDOTDIR: dir });
  for (const keys of ['rcb run style=re\tx', 'rcb run style=re\ty']) {
    expect(await shell.type(keys)).toEqual(['run', 'style=realistic', keys.at(-1)]);
  }
});

test('fish offers commands, inputs, values, flags and files, with what they are about', ({ skip }) => {
  if (!isInstalled('fish')) skip('fish is not installed');
  const { script, cwd, env, asked } = arranged('fish');
  const offered = (line: string): string[] => {
    const { stdout, stderr } = spawnSync(
      'fish',
      ['--no-config', '-c', `source ${script}; complete -C '${line}'`],
      { cwd, env, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    return stdout.split('\n').slice(0, -1);
  };
  expect(offered('rcb ru')).toEqual(['run\tMake every generation exist']);
  expect(offered('rcb run pro')).toEqual(['prompt=\tWhat the image shows: a text']);
  expect(offered('rcb run x=1 style=r')).toEqual(['style=realistic\tstyle']);
  expect(asked()).toBe('__complete|fish|--|run|x=1|style=r|');
  expect(offered('rcb run aspect_ratio=16:')).toEqual(['aspect_ratio=16:9\taspect_ratio']);
  expect(offered('rcb run --mo')).toEqual(['--model\tModel of every row']);
  expect(offered('rcb run kit')).toEqual(['kittens.csv']);
  expect(offered('rcb run image_url=@photos/c')).toEqual(['image_url=@photos/cat.png']);
  expect(offered('rcb run --out=pho')).toEqual([expect.stringMatching(/^--out=photos\//)]);
  expect(offered('rcb kit')).not.toContain('kittens.csv');
});
