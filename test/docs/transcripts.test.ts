import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { main } from '../support/command-line.ts';
import { type Block, blocksOf, documents, root } from './markdown.ts';

/** A command that a document shows, with what it prints there. */
interface Shown {
  readonly command: string;
  readonly printed: readonly string[];
}

/** The commands of a block of `$` lines, each with the lines below it. */
function shownIn({ lines }: Block): readonly Shown[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []));
  return starts.map((start, nth) => ({
    command: (lines[start] as string).slice(2),
    printed: lines.slice(start + 1, starts[nth + 1]),
  }));
}

/** `…` stands for anything in a line, and alone for any lines; times and rates are those of some other machine. */
function patternOf(printed: readonly string[]): RegExp {
  const parts = printed.map((line) =>
    line === '…' ? '(?:.*\\n)*?' : `${levelled(line).split('…').map(literal).join('.*')}\\n`,
  );
  return new RegExp(`^${parts.join('')}$`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

// A busy machine leaves thumbnails for later, and says so.
const leftForLater = /^.*thumbnails? .* still to be made.*\n/gm;

function levelled(text: string): string {
  return text
    .replace(leftForLater, '')
    .replace(/\b(?:\d+(?:\.\d+)?(?:ms|s|m|h))+\b/g, 'TIME')
    .replace(/[\d,]+\/min/g, 'RATE');
}

const folders = mkdtempSync(join(tmpdir(), 'rcb-docs-'));
afterAll(() => rmSync(folders, { recursive: true, force: true }));

/** A folder as a reader has it: the examples are there, and `rcb` is the built program. */
function readersFolder(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const cwd = mkdtempSync(join(folders, 'reader-'));
  cpSync(join(root, 'jobs'), join(cwd, 'jobs'), { recursive: true });
  const bin = join(cwd, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'rcb'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(join(bin, 'rcb'), 0o755);
  return { cwd, env: { PATH: `${bin}:${process.env.PATH}`, HOME: cwd } };
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const telling = documents().filter((each) => blocksOf(each).some(({ language }) => language === 'console'));

describe('what documents show is what the program prints', () => {
  test.for(telling)('$path', { concurrent: true }, async (document, { skip }) => {
    if (document.text.includes('$ python3') && !isThere('python3')) skip('There is no Python here.');
    const { cwd, env } = readersFolder();
    for (const block of blocksOf(document)) {
      if (block.file !== '') writeFileSync(join(cwd, block.file), `${block.lines.join('\n')}\n`);
      if (block.language !== 'console') continue;
      for (const { command, printed } of shownIn(block)) {
        expect(levelled(await outputOf(command, cwd, env)), command).toMatch(patternOf(printed));
      }
    }
  });
});

/** Both streams in one, as a terminal shows them, whatever the exit code. */
async function outputOf(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `exec 2>&1; ${command}; true`], { cwd, env });
  return stdout;
}
