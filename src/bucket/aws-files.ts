import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../core/environment.ts';

/** What the files of the AWS tools say under one profile, both files together. */
type Profile = ReadonlyMap<string, string>;

const maxBytes = 1_024 ** 2;

/** The profile that AWS_PROFILE names, or `default`; null: neither file has it. */
export function awsProfile(env: Environment): Profile | null {
  const name = env.AWS_PROFILE?.trim() || 'default';
  const home = env.HOME ?? env.USERPROFILE ?? '';
  const inHome = (file: string): string | null => (home === '' ? null : join(home, '.aws', file));
  const found = [
    ...sectionsOf(env.AWS_CONFIG_FILE ?? inHome('config'), [`profile ${name}`, name]),
    ...sectionsOf(env.AWS_SHARED_CREDENTIALS_FILE ?? inHome('credentials'), [name]),
  ];
  return found.length === 0 ? null : new Map(found.flatMap((section) => [...section]));
}

function sectionsOf(file: string | null, names: readonly string[]): readonly Profile[] {
  const text = file === null ? null : textOf(file);
  if (text === null) return [];
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim().replace(/\s+/g, ' ');
    if (heading !== undefined) {
      section = sections.get(heading) ?? new Map();
      sections.set(heading, section);
    }
    // Nested values are indented, and none of ours.
    const [, key, value] = /^([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) section.set(key.toLowerCase(), value);
  }
  return names.flatMap((name) => sections.get(name) ?? []);
}

function textOf(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    return text.length > maxBytes ? null : text;
  } catch {
    return null;
  }
}
