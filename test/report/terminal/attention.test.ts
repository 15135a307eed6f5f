import { describe, expect, test } from 'vitest';
import { attention } from '../../../src/report/terminal/attention.ts';

const [bell, esc] = ['\u0007', '\u001b'];
const osc9 = `${esc}]9;rcb: It is done.${bell}`;
const osc777 = `${esc}]777;notify;rcb;It is done.${bell}`;
const osc99 = `${esc}]99;;rcb: It is done.${esc}\\`;

describe('a terminal is called', () => {
  test.each([
    ['iTerm2', { TERM_PROGRAM: 'iTerm.app' }, osc9],
    ['iTerm2 over ssh', { LC_TERMINAL: 'iTerm2' }, osc9],
    ['Warp', { TERM_PROGRAM: 'WarpTerminal' }, osc9],
    ['kitty', { TERM: 'xterm-kitty' }, osc99],
    ['foot', { TERM: 'foot-extra' }, osc777],
    ['Ghostty', { TERM: 'xterm-ghostty' }, osc777],
    ['WezTerm', { TERM_PROGRAM: 'WezTerm' }, osc777],
    ['rxvt-unicode', { TERM: 'rxvt-unicode-256color' }, osc777],
    ['Konsole', { KONSOLE_VERSION: '230804' }, osc777],
    ['VTE', { VTE_VERSION: '7600' }, osc777],
    ['an old VTE', { VTE_VERSION: '3800' }, ''],
    ['Windows Terminal', { WT_SESSION: 'a' }, ''],
    ['ConEmu', { ConEmuANSI: 'ON' }, ''],
    ['Apple Terminal', { TERM_PROGRAM: 'Apple_Terminal' }, ''],
    ['any other', { TERM: 'xterm-256color' }, ''],
    ['GNU Screen in kitty', { TERM: 'screen', STY: '1.a', KITTY_WINDOW_ID: '1' }, ''],
  ])('%s by what it understands, and by the bell', (_, env, sequence) => {
    expect(attention('It is done.', env)).toBe(`${sequence}${bell}`);
  });

  test('through tmux, which decides whether it passes the sequence on, and hears the bell itself', () => {
    const env = { TERM: 'tmux-256color', TERM_PROGRAM: 'tmux', TMUX: '/tmp/tmux,1,0', KITTY_WINDOW_ID: '1' };
    expect(attention('It is done.', env)).toBe(
      `${esc}Ptmux;${osc99.replaceAll(esc, esc + esc)}${esc}\\${bell}`,
    );
  });

  test.each([{ TERM_PROGRAM: 'iTerm.app' }, { TERM: 'foot' }, { TERM: 'xterm-kitty' }])(
    'with a text that ends no sequence, begins no other field and no progress bar: %j',
    (env) => {
      const hostile = `4;3;50${bell}${esc}]52;c;aGk=${bell}\u009c\u202e`;
      const written = attention(hostile, env);
      const inside = written.slice(2, -1).replace(new RegExp(`(?:${bell}|${esc}\\\\)$`), '');
      expect(inside).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      expect(inside).not.toMatch(/^9;4|;52;/);
      expect(inside).toContain('4,3,50');
    },
  );
});
