import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { realClock } from '../../src/app/real-clock.ts';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { isAtRest } from '../../src/core/job/state-facts.ts';
import { bodyKey, type Census } from '../../src/simulator/census.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openStage } from '../../src/store/stage/stage.ts';
import { recipeOfBytes, withRecipe } from '../media/recipe/recipe-support.ts';
import { aPlannedJob } from '../support/builders.ts';
import { filesBelow } from '../support/command-line.ts';
import { linesOf } from '../support/folder-lines.ts';
import { composedRun, type RunSpec } from './composed-run.ts';
import { type KilledProvider, killedProviders } from './killed-providers.ts';

/** Puts a plan of so many different jobs into a folder. `prompt` keeps the bodies of folders apart. */
export async function planInto(
  { dir, provider }: Pick<RunSpec, 'dir' | 'provider'>,
  prompt: string,
  jobs: number,
): Promise<void> {
  const { input, model } = killedProviders[provider];
  const stage = openStage(null);
  for (let seed = 0; seed < jobs; seed += 1) stage.add(aPlannedJob(input(prompt, seed), { model }));
  const ledger = openLedger(dir);
  stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: realClock.now() });
  stage.discard();
  await ledger.close();
}

const usualReruns = 20;

/** Runs again until every job rests for good, and tells how often that took. */
export async function runUntilDone(
  spec: RunSpec,
  observe?: Parameters<typeof composedRun>[2],
  maxReruns: number = usualReruns,
): Promise<number> {
  for (let runs = 1; ; runs += 1) {
    await composedRun(spec, {}, observe);
    if (linesOf(spec.dir).every(({ state }) => isAtRest(state))) return runs;
    expect(runs).toBeLessThan(maxReruns);
  }
}

/** What became of the accepted requests of a folder's jobs. */
export interface Fates {
  readonly accepted: number;
  readonly paidTwice: number;
  /** Accepted, and neither named in the ledger nor held as in doubt. */
  readonly lost: number;
  /** In doubt, and accepted. */
  readonly doubtedAndAccepted: number;
}

export function fatesOf(lines: readonly ManifestLine[], census: Census): Fates {
  let [accepted, paidTwice, lost, doubtedAndAccepted] = [0, 0, 0, 0];
  for (const line of lines) {
    const ids = census.requestIds[bodyKey(line.model, line.input)] ?? [];
    accepted += ids.length;
    if (ids.length > 1) paidTwice += 1;
    // Before the next life has taken over, the intent alone is what holds a submit as in doubt.
    const doubted = line.state === 'unknown' || line.state === 'submitting';
    if (doubted && ids.length > 0) doubtedAndAccepted += 1;
    if (!doubted && ids.some((id) => id !== line.request_id)) lost += 1;
  }
  return { accepted, paidTwice, lost, doubtedAndAccepted };
}

/** The outputs in the ledger that are missing or are not what it says, and the files that no server ever made. */
export async function brokenFilesOf(
  dir: string,
  lines: readonly ManifestLine[],
  made: Buffer,
): Promise<string[]> {
  const found = existsSync(join(dir, 'files')) ? filesBelow(join(dir, 'files')) : [];
  const whole = new Map<string, string>();
  const torn: string[] = [];
  for (const name of found.filter((each) => !each.endsWith('.part'))) {
    const path = `files/${name}`;
    const bytes = readFileSync(join(dir, path));
    if (isText(path) || (await isWhole(bytes, made))) whole.set(path, sha256Of(bytes));
    else torn.push(path);
  }
  const original = sha256Of(made);
  const missing = lines
    .flatMap((line) => line.outputs)
    .filter(
      ({ path, sha256, original_sha256 }) =>
        whole.get(path) !== sha256 || (!isText(path) && original_sha256 !== original),
    );
  return [...torn, ...missing.map(({ path }) => path)];
}

// What some results are in place of a picture.
function isText(path: string): boolean {
  return /\.(txt|json)$/.test(path);
}

/** Whether these are the bytes that the server made, with a recipe in them and without any other change. */
async function isWhole(bytes: Buffer, made: Buffer): Promise<boolean> {
  const recipe = await recipeOfBytes(bytes);
  const expected = recipe && (await withRecipe({ bytes: made, mime: 'image/png' }, recipe));
  return expected?.equals(bytes) ?? false;
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every picture of this size. Made by the server itself, on a request of its own. */
export async function madePicture(base: string, provider: KilledProvider): Promise<Buffer> {
  const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
  const { path, body } = killedProviders[provider].example;
  const submitted = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const { request_id: id } = (await submitted.json()) as { request_id: string };
  const requests = path.replace(/\/(models\/.*|inference)$/, '/requests');
  for (;;) {
    const result = await fetch(`${base}${requests}/${id}/result`, { headers });
    const link = /http[^"]+\.png[^"]*/.exec(await result.text())?.[0];
    if (link === undefined) continue;
    return Buffer.from(await (await fetch(link)).arrayBuffer());
  }
}
