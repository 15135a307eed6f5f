import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonLine } from '../../src/report/json-line.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { escapes, finishing, listener, obeyed, quickly, sendJson } from './attack.ts';

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const colour = { FORCE_COLOR: '1', RUNCOMFY_API_TOKEN: 'tok_any_value_at_all' };
const pipes = { RUNCOMFY_API_TOKEN: 'tok_any_value_at_all' };
const model = {
  model_id: `evil/${escapes}`,
  display_name: `Name ${escapes}`,
  description: `Text ${escapes}`,
  categories: [escapes],
  media_kind: escapes,
  pricing_note: escapes,
  input_schema: {
    type: 'object',
    properties: {
      prompt: { type: 'string', description: escapes, default: escapes },
      [escapes]: { type: 'string', enum: [escapes, 'b'], title: escapes, format: escapes },
    },
  },
};

async function hostileApi() {
  const finish = finishing(() => ({ status: 'failed', error: { message: escapes, [escapes]: escapes } }));
  return listener((req, res, body) => {
    const path = req.url ?? '';
    if (req.method === 'GET' && path.startsWith('/v1/models?')) {
      sendJson(res, 200, { models: [model], total: 1 });
    } else if (req.method === 'GET' && path.startsWith('/v1/models/evil/nothing')) {
      sendJson(res, 500, { error_message: escapes, error_code: escapes });
    } else if (req.method === 'GET' && path.startsWith('/v1/models/evil')) sendJson(res, 200, model);
    else if (body.includes('refused')) sendJson(res, 400, { error_code: escapes, error_message: escapes });
    else finish(req, res);
  });
}

const piped = new Set(['ls', 'models']);

test('escapes in prompts, ids, tags and answers are shown by run, plan, ls, show, status, models and schema', async () => {
  const cwd = workFolder();
  const api = await hostileApi();
  const at = ['--base-url', api.origin];
  const file = 'in\u001b[2J\u202e.csv';
  const rows = [
    ['id', 'prompt', `tag${escapes.replaceAll(/[\r\u2028]/g, '')}`],
    [escapes, escapes, escapes],
    ['b', `refused ${escapes}`, `\n${escapes}`],
  ];
  writeFileSync(join(cwd, file), rows.map((row) => row.map(cell).join(',')).join('\n'));
  const said: string[] = [];
  async function told(args: readonly string[]): Promise<void> {
    const { stdout, stderr } = await rcb(args, {
      cwd,
      env: args[0] === 'run' && args.includes('--json') ? pipes : colour,
    });
    said.push(stdout + stderr);
    // In a pipe `ls` and `models` part their columns by tabs: as many on each line, so that none comes from a cell.
    const lines = piped.has(args[0] as string) ? stdout.replace(/\n$/, '').split('\n') : [];
    expect(new Set(lines.map((line) => line.split('\t').length)).size).toBeLessThan(2);
    expect(
      obeyed(piped.has(args[0] as string) ? stdout.replaceAll('\t', ' ') : stdout),
      args.join(' '),
    ).toEqual([]);
    expect(obeyed(stderr), args.join(' ')).toEqual([]);
  }
  await told(['plan', file, ...at]);
  await told(['run', file, '-o', 'out/a', '--name', `{slug}/{id}-${escapes}{job}.{ext}`, ...at, ...quickly]);
  const [job] = manifestOf(join(cwd, 'out/a'));
  await told(['ls', 'out/a']);
  await told(['show', 'out/a', job?.job as string]);
  await told(['status', 'out/a']);
  await told(['run', file, '-o', 'out/b', '--json', '--log-level', 'debug', ...at, ...quickly]);
  await told(['models', ...at]);
  await told(['schema', 'evil/x', ...at]);
  expect(said.join('')).toContain('␛[2J');
  const log = readFileSync(join(cwd, 'out/a/run.log'), 'utf8');
  expect(obeyed(log).filter((code) => code < 'U+0020')).toEqual([]);
});

describe('mistakes in an input are told without obeying it', () => {
  test.each([
    ['a table', 'bad.csv', `prompt,seed,style\na,${cell(escapes)},${cell(escapes)}\n`],
    ['JSON lines', 'bad.jsonl', `{"prompt": "a", "seed": ${JSON.stringify(escapes)}}\n{"p": ${escapes}}\n`],
    ['YAML keys', 'bad.yaml', `${JSON.stringify(escapes)}: 1\naxes: { ${JSON.stringify(escapes)}: [1] }\n`],
    ['YAML with a tag', 'tag.yaml', `rows: !<${escapes}> [a]\n`],
    ['YAML with raw escapes', 'raw.yaml', `rows:\n  - { prompt: a${escapes}, seed: *${escapes} }\n`],
  ])('%s', async (_, file, text) => {
    const cwd = workFolder();
    writeFileSync(join(cwd, file), text);
    const plan = await rcb(['plan', file, '--base-url', 'http://127.0.0.1:1'], { cwd, env: colour });
    expect(plan.code).toBe(65);
    expect(plan.stderr).not.toBe('');
    expect(obeyed(plan.stdout + plan.stderr)).toEqual([]);
  });
});

test('a line of JSON means the same and is nothing that a terminal obeys', () => {
  const value = { [escapes]: [escapes, '\u007f\u0085\u061c\u2029'] };
  expect(obeyed(jsonLine(value))).toEqual([]);
  expect(JSON.parse(jsonLine(value))).toEqual(value);
});
