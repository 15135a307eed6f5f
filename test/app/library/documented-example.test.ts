import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { workFolder } from '../../support/command-line.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('the worked example of docs/library.md compiles, runs, and does what it says', () => {
  const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
  const [, example] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  const cwd = workFolder();
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(root, join(cwd, 'node_modules/runcomfy-batch'), 'junction');
  writeFileSync(join(cwd, 'package.json'), '{"type":"module"}');
  writeFileSync(join(cwd, 'example.ts'), example as string);

  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--target', 'es2024'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  execFileSync(process.execPath, [...tsc, '--module', 'nodenext', ...types, 'example.ts'], { cwd });

  const said = execFileSync(process.execPath, ['example.ts'], { cwd, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  expect(said[0]).toBe('8 jobs for $0.64');
  expect(said.filter((line) => line.startsWith('done: files/'))).toHaveLength(8);
  expect(said).toContain('8 done, $0.64 spent');
  expect(said.slice(-4).toSorted()).toEqual([
    'corgi anime 1 done',
    'corgi anime 2 done',
    'corgi realistic 1 done',
    'corgi realistic 2 done',
  ]);
});
