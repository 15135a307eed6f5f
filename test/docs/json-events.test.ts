import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { jsonEvents } from '../../src/report/events-json.ts';
import { parseFaults } from '../../src/simulator/faults/fault-rules.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { at } from '../support/builders.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { root } from './markdown.ts';

const schema = JSON.parse(readFileSync(join(root, 'docs/json-events.schema.json'), 'utf8')) as JsonObject;

/** The schema without its leave to add fields, which readers have to grant and we do not. */
function closed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  const isClosed = typeof inner.properties === 'object' && !('const' in inner);
  return isClosed ? { ...inner, additionalProperties: false } : inner;
}

const ajv = new Ajv2020({ allowUnionTypes: true });
const isTold = ajv.compile(closed(schema) as JsonObject);

function events(stdout: string): readonly JsonObject[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
}

function expectTold(lines: readonly JsonObject[]): void {
  for (const line of lines)
    expect(isTold(line), `${ajv.errorsText(isTold.errors)}: ${JSON.stringify(line)}`).toBe(true);
}

const kinds = (lines: readonly JsonObject[]) => new Set(lines.map(({ event }) => event));

/** The fields of these lines that a document does not name. */
function untold(lines: readonly object[], path: string): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...new Set(lines.flatMap(Object.keys))].filter((field) => !text.includes(`\`${field}\``));
}

describe('docs/json-events.schema.json tells of every field of every event', () => {
  test('of a run, and of one that continues after edits', async () => {
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
    try {
      const cwd = workFolder();
      const given = ['cats.csv', 'seed=1-2', 'style=anime', '--limit', '4', '--base-url', simulator.baseUrl];
      const args = ['run', ...given, '--json', '--no-view'];
      writeFileSync(join(cwd, 'cats.csv'), 'id,prompt,Mood\n1,a cat,calm\n2,a cat,wild\n3,a dog,calm\n');
      const first = events((await rcb(args, { cwd })).stdout);
      writeFileSync(
        join(cwd, 'cats.csv'),
        'id,prompt,Mood\n1,a cat,calm\n3,a dog asleep,calm\n4,an,extra,cell\n',
      );
      const edited = events((await rcb([...args, '--skip-invalid'], { cwd })).stdout);
      expectTold([...first, ...edited]);
      // A busy machine may take long enough for `progress` as well.
      expect([...kinds(first)]).toEqual(expect.arrayContaining(['plan', 'job', 'summary']));
      const [plan] = edited;
      expect(plan?.changes).toEqual(expect.arrayContaining([expect.objectContaining({ was_state: 'done' })]));
      expect(plan?.skipped).toEqual([expect.objectContaining({ kind: expect.any(String) })]);
      expect(untold(manifestOf(join(cwd, 'out/cats')), 'docs/manifest.md')).toEqual([]);
    } finally {
      await simulator.close();
    }
  });

  test('of failures and an unclear submission', async () => {
    const faults = parseFaults('submit.resetAfter=0.05');
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, failRate: 0.3, faults });
    try {
      const cwd = workFolder();
      const args = [
        'run',
        'prompt=a cat',
        'seed=1-20',
        '--base-url',
        simulator.baseUrl,
        '--json',
        '--no-view',
      ];
      const lines = events((await rcb(args, { cwd })).stdout);
      expectTold(lines);
      const states = new Set(lines.map(({ state }) => state));
      expect([...states]).toEqual(expect.arrayContaining(['done', 'failed', 'unknown']));
    } finally {
      await simulator.close();
    }
  });

  test('of waits', () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const { observe } = jsonEvents(stream);
    observe({ type: 'waiting', for: 'api', message: 'It is away.', since: at(0), until: at(1) });
    observe({ type: 'waiting', for: 'ledger', message: 'It is held.', since: at(0), until: null });
    observe({ type: 'resumed', for: 'api', waitedMs: 6_579.4 });
    const lines = events(stream.read() as string);
    expectTold(lines);
    expect(lines.map(({ event }) => event)).toEqual(['waiting', 'waiting', 'resumed']);
  });
});
