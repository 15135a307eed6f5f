import { expect, test } from 'vitest';
import { commands } from '../../src/cli/argv/commands.ts';
import { exitCodes } from '../../src/cli/exit.ts';
import { skillText } from '../../src/report/skill-text.ts';
import { rcb, workFolder } from '../support/command-line.ts';

const entries: Readonly<Record<string, { readonly flags: object }>> = commands;

test('every command and option in the skill exists', () => {
  const lines = [...skillText.matchAll(/(?:^ {4}|`)(rcb [^`\n]*)/gm)].map(([, line = '']) =>
    line.replace(/\s+#.*/, ''),
  );
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) {
    const [, name = '', ...words] = line.split(/\s+/);
    expect(Object.keys(entries), line).toContain(name);
    for (const word of words.filter((each) => each.startsWith('--'))) {
      const [flag = ''] = word.slice(2).split('=');
      if (flag !== 'help-all') expect(Object.keys(entries[name]?.flags ?? {}), line).toContain(flag);
    }
  }
});

test('its exit codes exist, and it is short', () => {
  const codes = [...skillText.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell = '']) =>
    cell.split(',').map(Number),
  );
  expect(codes.length).toBeGreaterThan(6);
  for (const code of codes) expect(Object.values(exitCodes)).toContain(code);
  expect(skillText.split('\n').length).toBeLessThanOrEqual(80);
  expect(skillText).toMatch(/^---\nname: rcb\ndescription: .{40,}\n---\n/);
});

test('rcb skill prints it', async () => {
  expect(await rcb(['skill'], { cwd: workFolder() })).toMatchObject({ code: 0, stdout: skillText });
});
