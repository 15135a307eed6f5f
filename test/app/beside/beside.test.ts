import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentWithoutTokens } from '../../../src/app/beside/child-environment.ts';
import { runNotifyCommand } from '../../../src/app/beside/notify-command.ts';
import { workFolder } from '../../support/command-line.ts';
import { isAlive, until } from '../../support/processes.ts';

const token = 'tok-0123456789abcdef';

test('a child has the environment but for what holds a token, whatever it is called', () => {
  const env = {
    PATH: '/bin',
    RUNCOMFY_API_TOKEN: token,
    runcomfy_api_token: 'another-token-0123',
    MY_HEADER: `Authorization: Bearer ${token}`,
    COPY: ' another-token-0123 ',
    ENCODED: Buffer.from(`user:${token}`).toString('base64'),
    EMPTY: '',
    GONE: undefined,
  };
  expect(environmentWithoutTokens(env, [])).toEqual({ PATH: '/bin', EMPTY: '' });
  expect(environmentWithoutTokens({ A: 'x-given-by-flag-x', B: 'b' }, ['given-by-flag'])).toEqual({ B: 'b' });
});

describe.skipIf(process.platform === 'win32')('a command that is told how a run ended', () => {
  const world = {
    platform: process.platform,
    env: { PATH: process.env.PATH ?? '' },
    killGroup: (leader: number) => void process.kill(-leader, 'SIGKILL'),
    maxMs: 60_000,
    leaving: new AbortController().signal,
  };

  test('gets the text, all of it, on its standard input', async () => {
    const path = join(workFolder(), 'told');
    const text = `${'x'.repeat(300_000)}\n`;
    expect(await runNotifyCommand(`cat > '${path}'`, text, world)).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('need not read it', async () => {
    expect(await runNotifyCommand('true', 'x'.repeat(300_000), world)).toBeNull();
  });

  test('is not waited for beyond its own end, whatever it has left running', async () => {
    expect(await runNotifyCommand('sleep 1000 & echo $! >&2; exit 4', '', world)).toMatch(
      /^ended with exit code 4/,
    );
  });

  test('is killed when its time is over, with what it has started', async () => {
    const path = join(workFolder(), 'pid');
    const command = `sleep 1000 & echo $! > '${path}'; sleep 1000`;
    const trouble = await runNotifyCommand(command, '', { ...world, maxMs: 3_000 });
    expect(trouble).toBe('took longer than 3 seconds and was killed.');
    await until(() => existsSync(path) && !isAlive(Number(readFileSync(path, 'utf8'))));
  });

  test('is killed when the user does not wait for it', async () => {
    const leaving = new AbortController();
    const told = runNotifyCommand('sleep 1000', '', { ...world, leaving: leaving.signal });
    leaving.abort();
    expect(await told).toBe('was killed.');
  });
});
