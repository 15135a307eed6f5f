import { fileURLToPath } from 'node:url';
import { measuredProcess, type Taken } from './measured-process.ts';

/** The built program. */
export const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Runs the built program to its end. Throws with what it said for an exit code that is not among the `expected` ones. */
export async function measuredRcb(
  args: readonly string[],
  cwd: string,
  expected: readonly number[] = [0],
): Promise<Taken> {
  const env = { PATH: process.env.PATH, HOME: cwd, RUNCOMFY_API_TOKEN: 'bench' };
  return measuredProcess({ program: process.execPath, args: [main, ...args], cwd, env, expected });
}
