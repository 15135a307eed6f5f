import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { failure } from '../../src/core/job/failures.ts';
import { type LogLevel, type RunLog, runLog } from '../../src/report/run-log.ts';
import {
  advanced,
  doneState,
  failedState,
  instant,
  jobOf,
  pendingState,
  queuedState,
} from './report-builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function logged(level: LogLevel, secrets: readonly string[], act: (log: RunLog) => void) {
  files += 1;
  const file = join(folder, `${files}.log`);
  const log = runLog(file, level, secrets);
  act(log);
  const text = readFileSync(file, 'utf8');
  log.close();
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { file, text, lines };
}

describe('runLog', () => {
  test('writes each event as a line with its level, ISO time and fields', () => {
    const rate = failure('rate_limited', 'Slow down.', { http: 429 });
    const { lines, file } = logged('debug', [], (log) => {
      log.observe(advanced(pendingState, queuedState));
      log.observe(advanced(queuedState, doneState));
      log.observe(advanced(queuedState, failedState(failure('generation_failed', 'NSFW.', { code: 'x' }))));
      log.observe({
        type: 'polled',
        job: jobOf().id,
        status: { phase: 'queued', position: 3 },
        at: instant(0),
      });
      log.observe({
        type: 'repeating',
        call: 'submit',
        job: jobOf().id,
        failure: rate,
        askedMs: null,
        delayMs: 1_234.5,
      });
      log.observe({ type: 'warned', job: null, message: 'Odd.' });
      log.observe({ type: 'halted', failure: failure('no_balance', 'The wallet is empty.') });
      log.line('info', { jobs: 3 }, 'run started');
    });
    const job = jobOf().id;
    expect(lines).toMatchObject([
      { level: 'info', event: 'job', job, from: 'pending', state: 'queued', request_id: 'req-1', attempt: 1 },
      { level: 'info', state: 'done', cost: 0.08, outputs: [{ path: 'files/a-purple-cat/x-5f1c9ae0.png' }] },
      { level: 'warn', state: 'failed', error: { class: 'model', message: 'NSFW.', code: 'x' } },
      { level: 'debug', event: 'poll', job, phase: 'queued', position: 3 },
      {
        level: 'warn',
        event: 'repeat',
        call: 'submit',
        delay_ms: 1_235,
        error: { class: 'rate', http: 429 },
      },
      { level: 'warn', event: 'warning', msg: 'Odd.' },
      { level: 'error', event: 'halt', kind: 'no_balance' },
      { level: 'info', jobs: 3, msg: 'run started' },
    ]);
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('keeps looks out of the log below debug', () => {
    const { lines } = logged('info', [], (log) => {
      log.observe({ type: 'polled', job: jobOf().id, status: { phase: 'running' }, at: instant(0) });
    });
    expect(lines).toEqual([]);
  });

  test('looks into an event only for a line that its level keeps', () => {
    const looks = (level: LogLevel): number => {
      let count = 0;
      logged(level, [], (log) => {
        const poll = { phase: 'running' } as const;
        const status = new Proxy(poll, {
          get(of, key) {
            count += 1;
            return Reflect.get(of, key);
          },
        });
        log.observe({ type: 'polled', job: jobOf().id, status, at: instant(0) });
      });
      return count;
    };
    expect(looks('debug')).toBeGreaterThan(0);
    expect(looks('info')).toBe(0);
  });

  test('never holds the token, whatever field or message it comes in', () => {
    const token = fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(token, (secret) => {
        const { lines } = logged('trace', [secret], (log) => {
          log.line('error', { [secret]: [secret], nested: { header: `Bearer ${secret}` } }, `sent ${secret}`);
          log.observe({ type: 'warned', job: null, message: `x${secret}y` });
          log.observe(advanced(queuedState, failedState(failure('unauthorized', secret, { code: secret }))));
        });
        expect(lines).toHaveLength(3);
        const texts: string[] = [];
        JSON.stringify(lines, (key, value) => {
          texts.push(key, typeof value === 'string' ? value : '');
          return value;
        });
        for (const text of texts) expect(text).not.toContain(secret);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves out the query of a signed link', () => {
    const { text } = logged('info', [], (log) => {
      log.observe({
        type: 'warned',
        job: null,
        message: 'No answer from https://files.runcomfy.net/a.png?Signature=abc123&Expires=9.',
      });
    });
    expect(text).toContain('https://files.runcomfy.net/a.png?[redacted]');
    expect(text).not.toContain('abc123');
  });

  test('appends to what an earlier run wrote', () => {
    const { file } = logged('info', [], (log) => log.line('info', {}, 'first'));
    const again = runLog(file, 'info', []);
    again.line('info', {}, 'second');
    again.close();
    again.line('info', {}, 'too late');
    const messages = readFileSync(file, 'utf8').trim().split('\n');
    expect(messages.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second']);
  });

  test('has every line on disk when the process is killed', async () => {
    const file = join(folder, 'killed.log');
    const source = pathToFileURL(join(import.meta.dirname, '../../src/report/run-log.ts'));
    const program = `
      import { runLog } from '${source}';
      const log = runLog(process.argv[1], 'info', ['secret-secret']);
      for (let n = 0; n < 1000; n += 1) log.line('info', { n }, 'line');
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, file], { stdio: 'inherit' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });

  test('says that the log cannot be opened', () => {
    expect(() => runLog(join(folder, 'no', 'such', 'run.log'), 'info', [])).toThrow(UserError);
  });

  test.runIf(process.platform === 'linux')(
    'carries on without lines when the disk is full, and says so',
    () => {
      const log = runLog('/dev/full', 'info', []);
      for (let n = 0; n < 3; n += 1) log.line('info', { n }, 'line');
      log.observe({ type: 'warned', job: null, message: 'x'.repeat(1 << 21) });
      expect(log.trouble()).toMatch(/^Lines are missing from \/dev\/full: ENOSPC/);
    },
  );
});
