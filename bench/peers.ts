import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What else people use for the job, as a whole command. */
export interface Peer {
  readonly name: string;
  readonly program: string;
  /** Before the base URL, the file of inputs, the folder and the number at once. */
  readonly args: readonly string[];
  /** After them. */
  readonly more: readonly string[];
  /** Starts so many processes that a hundred jobs are enough. */
  readonly isSlow: boolean;
}

const script = (name: string): string => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const node = { program: process.execPath, isSlow: false };

export const bareLoop: Peer = {
  ...node,
  name: 'bare undici loop',
  args: [script('undici-loop.mjs')],
  more: [],
};

const safeLoop: Peer = { ...bareLoop, name: 'the same, synced and renamed', more: ['safe'] };

const fetchLoop: Peer = { ...node, name: 'p-limit + fetch', args: [script('fetch-loop.mjs')], more: [] };

/** Those that this machine has what they need for. The bare loop comes first. */
export function peersHere(): readonly Peer[] {
  return [bareLoop, safeLoop, fetchLoop, ...aiohttp(), ...parallelCurl()];
}

function aiohttp(): readonly Peer[] {
  const program = ['python3', '/usr/bin/python3'].find((each) => works(each, '-c', 'import aiohttp'));
  if (program === undefined) return [];
  return [{ name: 'asyncio + aiohttp', program, args: [script('aiohttp-loop.py')], more: [], isSlow: false }];
}

function parallelCurl(): readonly Peer[] {
  if (!works('parallel', '--version') || !works('curl', '--version')) return [];
  const program = script('parallel-curl.sh');
  return [{ name: 'GNU parallel + curl', program, args: [], more: [], isSlow: true }];
}

function works(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
