import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

const poster = 'deployment:11111111-1111-4111-8111-111111111111';

/** What the folder's own simulator has accepted, by its journal. */
function acceptedIn(dir: string): readonly { readonly model: string; readonly id: string }[] {
  const lines = readFileSync(join(dir, 'simulator.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { type: string; model: string; id: string });
}

test('plan --rehearse tells the inputs of a deployment by their names, offline, and keeps nothing', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'grid.yaml'), `model: ${poster}\nmap: {prompt: 6.text}\nrows: [{prompt: a cat}]\n`);
  const plan = await rcb(['plan', 'grid.yaml', '31.seed=1-3', '--rehearse', '--json'], { cwd });
  expect(plan.stderr).toBe('');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    jobs: 3,
    named_inputs: [{ model: poster, name: 'prompt', input: '6.text' }, {}],
  });
  const wrong = await rcb(['plan', 'grid.yaml', '31.seed=1.5', '77.text=a', '--rehearse'], { cwd });
  expect(wrong.code).toBe(65);
  expect(wrong.stderr).toContain('31.seed');
  expect(wrong.stderr).toContain('77.text');
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

test('a rehearsal of a deployment that is killed is taken up again, and submits nothing twice', async () => {
  const cwd = workFolder();
  const dir = join(cwd, 'out/two-rehearsal');
  writeFileSync(join(cwd, 'two.csv'), '6.text,31.seed\na cat,1\na dog,2\n');
  const run = startRcb(
    ['run', 'two.csv', '-m', poster, '--rehearse', '--json', '-y', '--no-view', '--poll', '0.1'],
    { cwd },
  );
  await run.said(/("state":"queued"[\s\S]*){2}/);
  run.kill('SIGKILL');
  await run.ended;
  const resumed = await rcb(['resume', dir, '-y', '--no-view', '--poll', '0.1'], { cwd });
  expect(resumed.code).toBe(0);
  const lines = manifestOf(dir);
  expect(lines.map(({ state, model, input }) => [state, model, input['6.text']])).toEqual([
    ['done', poster, 'a cat'],
    ['done', poster, 'a dog'],
  ]);
  const accepted = acceptedIn(dir);
  expect(accepted.map(({ id }) => id).toSorted()).toEqual(lines.map(({ request_id: id }) => id).toSorted());
  expect(new Set(accepted.map(({ model }) => model))).toEqual(new Set([poster]));
});
