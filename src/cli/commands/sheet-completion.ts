import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openReader } from '../../store/ledger/reader.ts';
import { sheetKeys } from '../../view/sheet/sheet-keys.ts';
import { folderOf } from '../folders.ts';
import type { Candidate } from './complete-command.ts';

const takingKeys = ['--x', '--y', '--page'];

/** What may follow `--x`, `--y` and `--page` of `rcb sheet`: the keys of the folder that is named, or of the newest. */
export function sheetKeyCandidates(typed: readonly string[]): readonly Candidate[] {
  if (!takingKeys.includes(typed.at(-2) ?? '')) return [];
  const named = typed.slice(1, -1).find((word) => existsSync(join(word, 'manifest.db')));
  const reader = openReader(named ?? folderOf([]));
  try {
    const { inputs, tags } = reader.columns();
    const axes = reader.axes();
    const keys = sheetKeys({ axes: axes.map(({ name }) => name), inputs, tags });
    return keys.map((text) => {
      const count = axes.find(({ name }) => name === text)?.count;
      return { text, about: count === undefined ? 'a key of the jobs' : `an axis of ${count} values` };
    });
  } finally {
    reader.close();
  }
}
