import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';

export type CompletedShell = 'bash' | 'zsh' | 'fish';

const scripts = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<CompletedShell, string>;

/**
 * What a shell has to read for its completion of `rcb` and `runcomfy-batch`. It calls `rcb __complete SHELL -- WORDS…`,
 * the last word being the one before the cursor, perhaps empty, without quotes; the answer is one whole word a line
 * (`style=anime`), with a remark after a tab. The shell drops what does not fit, sets no space after `=` and `/`, and
 * adds files by itself: after the first word, behind `=@`, and as values of `--flag=`.
 */
export function completionScript(shell: CompletedShell): string {
  return scripts[shell];
}
