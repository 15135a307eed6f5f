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
 * The completion script of `rcb` and `runcomfy-batch` for a shell. It calls `rcb __complete SHELL -- WORDS…`; the last
 * word is the one before the cursor, without quotes and possibly empty. The answer has one whole word per line
 * (`style=anime`), with a remark after a tab. The shell drops what does not match, adds no space after `=` and `/`, and
 * adds files itself: after the first word, behind `=@`, and as values of `--flag=`.
 */
export function completionScript(shell: CompletedShell): string {
  return scripts[shell];
}
