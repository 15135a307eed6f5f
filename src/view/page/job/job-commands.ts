import { quoted } from '../../../core/shell-words.ts';

export function showCommand(dir: string, job: string): string {
  return `rcb show ${quoted(dir)} ${job}`;
}

export function varyCommand(dir: string, job: string): string {
  return `rcb vary ${quoted(dir)} ${job} --seeds 4`;
}

/** Creates variations of every starred job; picks.json is the file that the page exports. */
export function varyPicksCommand(dir: string): string {
  return `rcb vary ${quoted(dir)} --picks picks.json --seeds 4`;
}
