import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statfsSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Environment } from '../../core/environment.ts';
import { userFolder } from '../../store/folder/user-folders.ts';
import { labelFonts } from '../../view/sheet/label-fonts.ts';
import { loadSharp } from '../../view/sheet/sharp-module.ts';
import { outRoot } from '../folder/chosen-folder.ts';
import { bad, doubtful, type Finding, good } from './findings.ts';

/** What is to be known of the process and its terminal. */
export interface Machine {
  readonly nodeVersion: string;
  readonly env: Environment;
  /** null: output goes to no terminal. */
  readonly columns: number | null;
}

// Of each line that is maintained: the release that mended what was known to be unsafe by June 2026.
const safeNodes: ReadonlyMap<number, string> = new Map([
  [22, '22.23.0'],
  [24, '24.17.0'],
  [26, '26.3.1'],
]);
const newestLine = Math.max(...safeNodes.keys());

export function nodeFinding(version: string): Finding {
  const check = 'Node';
  const line = Number(version.split('.')[0]);
  if (line > newestLine) return good(check, version);
  const safe = safeNodes.get(line);
  if (safe === undefined) {
    return doubtful(
      check,
      `${version} is no longer maintained`,
      'Install a current Node from https://nodejs.org.',
    );
  }
  if (isAtLeast(version, safe)) return good(check, version);
  return doubtful(
    check,
    `${version} has known security holes`,
    `Install Node ${safe} or newer: https://nodejs.org.`,
  );
}

function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((each) => each.split('.').map(Number));
  for (const [index, part] of (b ?? []).entries()) {
    const own = a?.[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

export async function sharpFinding(): Promise<Finding> {
  try {
    const { versions } = await loadSharp();
    return good('sharp', `${versions.sharp ?? 'installed'}, for thumbnails and contact sheets`);
  } catch {
    return doubtful(
      'sharp',
      'not installed: pages have no thumbnails, and there are no contact sheets',
      'Install it next to rcb: npm install -g sharp.',
    );
  }
}

export function fontsFinding(): Finding {
  if (labelFonts().regular.file !== null) return good('fonts', 'DejaVu, for labels of contact sheets');
  return doubtful(
    'fonts',
    "DejaVu is not installed; contact sheets use the system's fonts, if there are any",
    'Install it next to rcb: npm install -g dejavu-fonts-ttf.',
  );
}

const [lowBytes, fullBytes] = [5e9, 2e8];

/** Where run folders are made: whether that can be written to, and how much room is left. */
export function outputFinding(): Finding {
  const check = 'disk';
  const dir = existsSync(outRoot) ? outRoot : '.';
  const named = dir === '.' ? 'the working folder' : `${outRoot}/`;
  try {
    // Rights alone do not tell of a read-only disk, or of one that is full.
    rmdirSync(mkdtempSync(join(dir, '.rcb-doctor-')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return bad(
      check,
      `${named} cannot be written to (${code})`,
      'Change to another folder, or use --out DIR.',
    );
  }
  const { bavail, bsize } = statfsSync(dir);
  const left = bavail * bsize;
  const room = `${named} is writable, ${(left / 1e9).toFixed(left < 1e10 ? 1 : 0)} GB free`;
  const remedy = 'Free some space, or use --out DIR on another disk.';
  if (left < fullBytes) return bad(check, room, remedy);
  return left < lowBytes ? doubtful(check, room, remedy) : good(check, room);
}

export function foldersFinding(env: Environment): Finding {
  const check = 'own folders';
  const folders = (['cache', 'data', 'config'] as const).map((kind) => userFolder(kind, env));
  const [there] = folders;
  if (there === null || there === undefined) {
    return doubtful(
      check,
      'there is no home, so nothing is kept between runs',
      'Set HOME, or XDG_CONFIG_HOME and its like.',
    );
  }
  const sealed = folders.find((folder) => folder !== null && !isWritable(folder));
  if (sealed !== undefined) {
    return doubtful(
      check,
      `${sealed} cannot be written to`,
      'Make it writable for you; rcb works without it.',
    );
  }
  return good(check, folders.join(', '));
}

/** The folder, or the nearest above it that is there. */
function isWritable(folder: string): boolean {
  if (!existsSync(folder)) return dirname(folder) !== folder && isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const least = 60;

export function terminalFinding({ env, columns }: Machine): Finding {
  const check = 'terminal';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (platform() !== 'win32' && !/utf-?8/i.test(locale)) {
    return doubtful(
      check,
      `its text is not UTF-8 (LANG=${locale})`,
      'Set LANG=C.UTF-8, or signs may look wrong.',
    );
  }
  if (columns === null) return good(check, 'none; output goes to a file or program');
  const wide = `UTF-8, ${columns} columns`;
  return columns < least ? doubtful(check, wide, `Widen it to ${least} columns or more.`) : good(check, wide);
}

/** What keeps the machine awake and what shows messages on the desktop. */
const helpers = {
  linux: ['systemd-inhibit', 'notify-send'],
  darwin: ['caffeinate', 'osascript'],
} as const satisfies Partial<Record<NodeJS.Platform, readonly string[]>>;

export function helpersFinding({ PATH = '' }: Environment): Finding {
  const check = 'helpers';
  const wanted: readonly string[] = Object.entries(helpers).find(([name]) => name === platform())?.[1] ?? [];
  const isThere = (name: string): boolean => PATH.split(delimiter).some((dir) => existsSync(join(dir, name)));
  const missing = wanted.filter((name) => !isThere(name));
  if (missing.length === 0) return good(check, wanted.length === 0 ? 'none are needed' : wanted.join(', '));
  return doubtful(
    check,
    `${missing.join(' and ')} not found: ${missing.map((name) => uses[name]).join('; ')}`,
    'Install them if you need that; runs work without them.',
  );
}

const uses: Readonly<Record<string, string>> = {
  'systemd-inhibit': 'the machine may fall asleep during a run',
  caffeinate: 'the machine may fall asleep during a run',
  'notify-send': 'nothing is shown on the desktop when a run ends',
  osascript: 'nothing is shown on the desktop when a run ends',
};
