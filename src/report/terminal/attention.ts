import type { Environment } from '../../core/environment.ts';
import { plainText } from './terminal.ts';

/*
 * How a terminal is asked to notify its user
 *
 * Three sequences are in use, and a terminal that does not know one may print it, so each is sent only to terminals that
 * are known to take it: OSC 9 (iTerm2, Warp), OSC 777 (rxvt-unicode, foot, Ghostty, WezTerm, Konsole, Contour; VTE of
 * 0.46 and newer ignores it unless it was patched to obey) and OSC 99 (kitty). Everywhere else there is the bell, which most terminals and
 * tmux can turn into a mark or a notification. Windows Terminal and ConEmu read `OSC 9;4` as progress, and get the bell
 * alone. Within tmux the sequence is wrapped, which tmux passes on or drops as its `allow-passthrough` says.
 */

const [bell, esc] = ['\u0007', '\u001b'];
const title = 'rcb';

/** What to write to a terminal so that its user is called. The text may come from anywhere. */
export function attention(text: string, env: Environment): string {
  // A semicolon would begin another field.
  const safe = plainText(text).replaceAll(';', ',');
  const sequence = sequenceFor(`${title}: ${safe}`, safe, env);
  return `${sequence === null ? '' : inTmux(sequence, env)}${bell}`;
}

function sequenceFor(line: string, body: string, env: Environment): string | null {
  switch (protocolOf(env)) {
    case 'osc9':
      return `${esc}]9;${line}${bell}`;
    case 'osc777':
      return `${esc}]777;notify;${title};${body}${bell}`;
    case 'osc99':
      return `${esc}]99;;${line}${esc}\\`;
    case null:
      return null;
  }
}

type Protocol = 'osc9' | 'osc777' | 'osc99';

/** Who the terminal is. Within tmux the variables of the terminal in which it was started are still there. */
function protocolOf(env: Environment): Protocol | null {
  const { TERM = '', TERM_PROGRAM = '', LC_TERMINAL = '' } = env;
  // GNU Screen neither obeys nor wraps in the same way.
  if (env.STY !== undefined && env.TMUX === undefined) return null;
  if (TERM === 'xterm-kitty' || env.KITTY_WINDOW_ID !== undefined) return 'osc99';
  if (TERM_PROGRAM === 'iTerm.app' || LC_TERMINAL === 'iTerm2' || TERM_PROGRAM === 'WarpTerminal')
    return 'osc9';
  if (/^(?:xterm-ghostty|foot|rxvt-unicode|contour)/.test(TERM)) return 'osc777';
  if (/^(?:ghostty|WezTerm)$/.test(TERM_PROGRAM)) return 'osc777';
  const names = ['GHOSTTY_RESOURCES_DIR', 'WEZTERM_PANE', 'KONSOLE_VERSION'];
  if (names.some((name) => env[name] !== undefined)) return 'osc777';
  return Number(env.VTE_VERSION) >= 4_600 ? 'osc777' : null;
}

function inTmux(sequence: string, { TMUX }: Environment): string {
  if (TMUX === undefined) return sequence;
  return `${esc}Ptmux;${sequence.replaceAll(esc, esc + esc)}${esc}\\`;
}
