import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { json, knownModel, type OddAnswer, type Oddities, oddApi } from '../support/odd-api.ts';

const page: OddAnswer = {
  status: 403,
  body: '<!DOCTYPE html><title>Attention Required!</title>',
  headers: { 'content-type': 'text/html' },
};

/** One run over numbered prompts against an odd API. */
async function ranOver(count: number, odd: Oddities, ...flags: readonly string[]) {
  const api = await oddApi(odd);
  onTestFinished(() => api.close());
  const cwd = workFolder();
  const prompts = Array.from({ length: count }, (_, n) => `number ${n + 1}\n`).join('');
  writeFileSync(join(cwd, 'p.txt'), prompts);
  const args = ['run', 'p.txt', '--base-url', api.origin, '--no-view', '--poll', '0.1', ...flags];
  const ended = await rcb(args, { cwd });
  const lines = manifestOf(join(cwd, 'out', 'p'));
  const failed = lines.filter(({ state }) => state !== 'done');
  const posts = api.calls.filter((call) => call.startsWith('POST /v1/models/'));
  return { ended, lines, failed, posts, api, cwd, args };
}

describe('one refused prompt is one failed row', () => {
  test.each<[string, OddAnswer, string]>([
    ['by moderation', json(403, { error_code: 403010, error_message: 'content moderation' }), 'refused'],
    ['by a firewall', page, 'refused'],
    ['by a gateway', json(403, { message: 'Forbidden' }), 'invalid'],
    [
      'with success and a code',
      json(200, { error_code: 422001, error_message: 'Validation failed' }),
      'invalid',
    ],
    ['with 202 and a code', json(202, { error_code: '400003', error_message: 'Bad prompt' }), 'invalid'],
    ['with errors by field', json(422, { errors: [{ path: 'prompt', message: 'too rude' }] }), 'invalid'],
  ])('%s', async (_, refusal, errorClass) => {
    const { ended, lines, failed, posts } = await ranOver(12, {
      submit: (prompt) => (prompt === 'number 5' ? refusal : null),
    });
    expect(ended.code).toBe(1);
    expect(lines.filter(({ state }) => state === 'done')).toHaveLength(11);
    expect(failed).toMatchObject([{ state: 'failed', error: { class: errorClass } }]);
    expect(posts).toHaveLength(12);
  });

  test('while a token that is refused everywhere stops the run', async () => {
    const forbidden = json(403, { message: 'Forbidden' });
    const { ended, posts } = await ranOver(12, { submit: () => forbidden, balance: () => forbidden });
    expect(ended.code).toBe(77);
    expect(posts.length).toBeLessThan(12);
  });
});

describe('a failure that only the result tells', () => {
  test('is a failed row with its words', async () => {
    const { ended, failed } = await ranOver(4, {
      result: (id) =>
        id === 'number-2'
          ? json(422, { detail: [{ type: 'content_policy_violation', msg: 'Not this one' }] })
          : null,
    });
    expect(ended.code).toBe(1);
    expect(failed).toMatchObject([{ state: 'failed', error: { class: 'refused' } }]);
    expect(failed[0]?.error?.message).toContain('Not this one (content_policy_violation)');
  });

  test('stands in what is said of a job that is left, with the time in seconds', async () => {
    const { ended } = await ranOver(
      1,
      {
        status: () => json(503, { message: 'the farm is down' }),
        result: () => json(503, { message: 'the farm is down' }),
      },
      '--job-timeout',
      '2s',
    );
    expect(ended.code).toBe(75);
    expect(ended.stderr).toContain('did not finish it within 2s');
    expect(ended.stderr).toContain('the farm is down');
  });
});

test('answers and files that come packed are read', async () => {
  const { ended, lines } = await ranOver(3, {
    every: ({ status, body, headers }) => ({
      status,
      body: brotliCompressSync(body),
      headers: { ...headers, 'content-encoding': 'br' },
    }),
  });
  expect(ended.code).toBe(0);
  expect(lines.every(({ outputs }) => outputs.length === 1)).toBe(true);
});

test('an id of an unusual form is told, adopted and collected without a second submission', async () => {
  const odd = 'urn:r.1';
  const { ended, failed, cwd, args, api } = await ranOver(1, {
    submit: () => json(200, { request_id: odd }),
  });
  expect(ended.code).toBe(76);
  expect(failed[0]?.error?.message).toContain(`it named the id ${odd}`);
  const adopt = ['reconcile', 'out/p', '--adopt', `${failed[0]?.job}=${odd}`, '--base-url', api.origin];
  expect((await rcb(adopt, { cwd })).code).toBe(0);
  expect((await rcb(args, { cwd })).code).toBe(0);
  expect(api.calls.filter((call) => call.startsWith('POST'))).toHaveLength(1);
  expect(api.calls).toContain('GET /v1/requests/urn%3Ar.1/result?include_cost=true');
});

describe('--quiet prints what went wrong and nothing else', () => {
  test('nothing where all is well', async () => {
    const { ended } = await ranOver(2, {}, '-q');
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([0, '', '']);
  });

  test('failures, with their number', async () => {
    const { ended } = await ranOver(5, { submit: () => json(422, { message: 'no' }) }, '-q');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('rcb: 5 jobs: invalid: The API refused this input (HTTP 422): no.\n');
  });

  test('unclear submissions', async () => {
    const { ended } = await ranOver(1, { submit: () => json(200, {}) }, '-q');
    expect(ended.code).toBe(76);
    expect(ended.stderr).toContain('rcb: 1 unclear submission: rcb reconcile out/p\n');
  });

  test('a refused token, and what is not finished', async () => {
    const no = json(401, { error_code: 400004 });
    const { ended } = await ranOver(5, { submit: () => no }, '-q');
    expect(ended.code).toBe(77);
    expect(ended.stderr).toMatch(
      /^rcb: The API refused the token or its account \(HTTP 401, code 400004\)\.$/m,
    );
    expect(ended.stderr).toMatch(/^rcb: 5 jobs not finished \(5 pending\): rcb run /m);
  });
});

test('a submit that is asked to wait for a day stops the others at once, and says for how long', async () => {
  const slow = { ...json(429, { message: 'slow down' }), headers: { 'retry-after': '86400' } };
  const { ended, posts } = await ranOver(100, {
    submit: (prompt) => (Number(prompt.split(' ')[1]) > 3 ? slow : null),
  });
  expect(ended.code).toBe(75);
  expect(ended.stderr).toContain('it asked for a wait of 1d0h');
  expect(posts.length).toBeLessThanOrEqual(3 + 8);
});

test('a model that is not there is named, with the one that was meant', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'p.txt'), 'a cat\n');
  const api = await oddApi();
  onTestFinished(() => api.close());
  const base = ['--base-url', api.origin];
  const run = await rcb(['run', 'p.txt', '-m', 'made/up/modle', ...base], { cwd });
  expect(run.code).toBe(65);
  expect(run.stderr).toContain(`unknown model "made/up/modle"; did you mean "${knownModel}"?`);
  expect(run.stderr).not.toContain('no longer knows');
  const schema = await rcb(['schema', 'made/up/modle', ...base], { cwd });
  expect(schema.code).toBe(64);
  expect(schema.stderr).toContain(`There is no model "made/up/modle".`);
  expect(schema.stderr).toContain(`Did you mean ${knownModel}?`);
});
