import { describe, expect, test } from 'vitest';
import { statusText } from '../../../src/report/folder/status-text.ts';
import { fakeStream, hostileParts, hostileText, quietAccount, tallyOf } from '../report-builders.ts';

describe('statusText', () => {
  const holdings = tallyOf({ done: 312, running: 48, pending: 640 }, { spentUsd: 24.96, unpriced: 1 });

  test('shows a folder with a running process', () => {
    const view = {
      dir: 'out/parti',
      holdings,
      total: 1_000,
      pid: 4_711,
      perMinute: 118,
      etaMs: 660_000,
      oldest: { job: '5f1c9ae0b7d2443e', state: 'running', ageMs: 95_000 },
      goOn: null,
      account: quietAccount,
    } as const;
    expect(statusText(view, fakeStream(60).terminal({ NO_COLOR: '1' }))).toBe(
      `out/parti  running (pid 4711)

  ██████████████████▓▓▓▓░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
  █ done        312   ▓ running      48   ▒ queued        0
  ░ pending     640
  31% of 1,000 jobs done · ≥ $24.96 · 118/min · ETA 11m
  waiting longest: job 5f1c9ae0, running for 1m35s
`,
    );
  });

  test('names the command that continues an idle folder', () => {
    const view = { dir: hostileText, holdings, total: 1_000, pid: null, perMinute: null, etaMs: null };
    const text = statusText(
      { ...view, oldest: null, goOn: 'rcb resume out/parti', account: quietAccount },
      fakeStream().terminal(),
    );
    expect(text).toContain('  idle\n');
    expect(text).toMatch(/\n {2}Continue with:\n {4}rcb resume out\/parti\n$/);
    expect(text).not.toContain('/min');
    expect(text).not.toMatch(hostileParts);
  });

  test('says so where only some of the files were checked', () => {
    const view = { dir: 'out/my cats', holdings, total: 1_000, pid: null, perMinute: null, etaMs: null };
    const missing = { jobs: 0, files: 0, example: null, sample: { nth: 7, ofFiles: 1_000_000 } };
    const rest = { oldest: null, goOn: null, account: quietAccount };
    expect(statusText({ ...view, missing, ...rest }, fakeStream().terminal())).toContain(
      "\n  Checked one in 7 of 1,000,000 files; none is missing. Check them all: rcb fetch 'out/my cats'\n",
    );
  });
});
