import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { quoted } from '../../core/shell-words.ts';

const prompts = `prompt
"a red fox in fresh snow, low winter sun"
"a lighthouse at night, seen from the sea"
"a bowl of lemons on a blue table"
`;

const settings = `# Settings for runs of the files in this folder. rcb config shows what holds, and where it comes from.
# model = "MODEL"          # rcb models lists them
# max_cost = 5.00          # in dollars, for each run folder
# max_duration = "8h"
# out = "out/{input}"

# [profiles.draft]         # for --profile draft
# max_cost = 1.00
`;

/**
 * Writes a file of three prompts into a folder, and a commented file of settings where that is asked for. Gives their
 * paths, the prompts first. Throws `UserError` where one of them is there already: nothing is overwritten.
 */
export function writeStarters(dir: string, withSettings: boolean): readonly [string, ...string[]] {
  const list = join(dir, 'prompts.csv');
  write(list, prompts, `Use it: rcb run ${quoted(list)} --rehearse`);
  if (!withSettings) return [list];
  const file = join(dir, 'rcb.toml');
  write(file, settings, 'Edit it, or remove it first.');
  return [list, file];
}

function write(path: string, text: string, hint: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Exclusively, so that neither a file nor what a link leads to is overwritten.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new UserError('output', `${path} is there already, and was left as it is.`, hint);
    throw new UserError(
      'output',
      `Cannot write ${path} (${code}).`,
      'Check its folder and permissions.',
      error,
    );
  }
}
