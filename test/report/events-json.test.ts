import { describe, expect, test } from 'vitest';
import { failure } from '../../src/core/job/failures.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { jsonEvents } from '../../src/report/events-json.ts';
import {
  advanced,
  doneState,
  failedState,
  fakeStream,
  hostileParts,
  hostileText,
  instant,
  jobOf,
  pendingState,
  queuedState,
  savedFile,
} from './report-builders.ts';

function written(act: (events: ReturnType<typeof jsonEvents>) => void): {
  text: string;
  lines: Record<string, unknown>[];
} {
  const output = fakeStream();
  act(jsonEvents(output.terminal().stream));
  const text = output.written();
  return {
    text,
    lines: text
      .split('\n')
      .slice(0, -1)
      .map((line: string) => JSON.parse(line)),
  };
}

describe('jsonEvents', () => {
  test('writes the plan, each change of a job, and the summary, one object to a line', () => {
    const { lines } = written((events) => {
      events.plan({ jobs: 2, event: 'not this' });
      events.observe(advanced(pendingState, queuedState, 1_000));
      events.observe(advanced(queuedState, doneState, 2_000));
      events.summary({ done: 1 });
    });
    expect(lines).toEqual([
      { event: 'plan', jobs: 2 },
      {
        event: 'job',
        job: jobOf().id,
        state: 'queued',
        request_id: 'req-1',
        outputs: [],
        notes: [],
        cost: null,
        error: null,
        attempt: 1,
        model: 'ideogram/ideogram-v2/generate',
        at: '1970-01-01T00:00:01.000Z',
      },
      expect.objectContaining({ event: 'job', state: 'done', outputs: [savedFile], cost: 0.08, error: null }),
      { event: 'summary', done: 1 },
    ]);
  });

  test('marks what another machine of a shared run has done', () => {
    const { lines } = written((events) => {
      const others = { ...advanced(pendingState, queuedState), elsewhere: true } as RunEvent;
      events.observe(others);
      events.observe(advanced(queuedState, doneState));
    });
    expect(lines.map(({ elsewhere }) => elsewhere)).toEqual([true, undefined]);
  });

  test('tells when submissions wait, for what, and when they leave again', () => {
    const { lines } = written((events) => {
      const message = 'The API does not answer (HTTP 503).';
      events.observe({ type: 'waiting', for: 'api', message, since: instant(0), until: instant(7_200_000) });
      events.observe({ type: 'resumed', for: 'api', waitedMs: 61_000.4 });
    });
    expect(lines).toEqual([
      {
        event: 'waiting',
        for: 'api',
        message: 'The API does not answer (HTTP 503).',
        since: '1970-01-01T00:00:00.000Z',
        until: '1970-01-01T02:00:00.000Z',
      },
      { event: 'resumed', for: 'api', waited_ms: 61_000 },
    ]);
  });

  test('puts errors as the manifest does', () => {
    const refused = failure('invalid_input', 'The style is not allowed.', { http: 422, code: 400_010 });
    const stalled = {
      ...queuedState,
      stalled: failure('overdue', 'It took too long.'),
    } as typeof queuedState;
    const { lines } = written((events) => {
      events.observe(advanced(queuedState, failedState(refused)));
      events.observe(advanced(queuedState, stalled));
    });
    expect(lines.map(({ state, error }) => ({ state, error }))).toEqual([
      {
        state: 'failed',
        error: { class: 'invalid', message: 'The style is not allowed.', http: 422, code: 400_010 },
      },
      { state: 'queued', error: { class: 'timeout', message: 'It took too long.' } },
    ]);
  });

  test('holds line breaks and escapes of others inside their JSON texts', () => {
    const { text, lines } = written((events) =>
      events.observe(advanced(queuedState, failedState(failure('generation_failed', hostileText)))),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toHaveProperty('error.message', hostileText);
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(text).not.toMatch(/\u001b/);
    expect(hostileText).toMatch(hostileParts);
  });

  test('says nothing of looks, repetitions and warnings', () => {
    const { text } = written((events) => {
      events.observe({ type: 'warned', job: null, message: 'x' });
      events.observe({ type: 'polled', job: jobOf().id, status: { phase: 'running' }, at: 0 as never });
    });
    expect(text).toBe('');
  });
});
