import { quoted } from '../../../core/shell-words.ts';

export function showCommand(dir: string, job: string): string {
  return `rcb show ${quoted(dir)} ${job}`;
}

export function varyCommand(dir: string, job: string): string {
  return `rcb vary ${quoted(dir)} ${job} --seeds 4`;
}

/** New jobs from everything that was picked; the file is the one that the page lets be downloaded. */
export function varyPicksCommand(dir: string): string {
  return `rcb vary ${quoted(dir)} --picks picks.json --seeds 4`;
}
