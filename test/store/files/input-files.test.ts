import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JobFailure } from '../../../src/core/job/failures.ts';
import { type InputFile, keepInputs, openInputs } from '../../../src/store/files/input-files.ts';
import { png } from '../store-media.ts';
import { temporaryFolder } from '../store-support.ts';

/** A file of the user's, as the plan hands it over. */
function userFile(name: string, bytes: Uint8Array, extension: string): InputFile {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { marker: `@inputs/${sha256}.${extension}`, path, sha256 };
}

const keptPath = (dir: string, { marker }: InputFile) => join(dir, marker.slice(1));

async function failureOf(work: Promise<unknown>): Promise<JobFailure['failure']> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof JobFailure) return error.failure;
  throw new Error('It did not end in the failure of a job.', { cause: error });
}

test('a kept file is sent as it was, when the user’s own is long gone', async () => {
  const dir = temporaryFolder();
  const picture = png(3, 2);
  const files = [userFile('a.png', picture, 'png'), userFile('b.JPEG', Buffer.alloc(700_000, 'b'), 'jpg')];
  await keepInputs(dir, files);
  for (const { path } of files) rmSync(path);
  expect(readdirSync(join(dir, 'inputs')).sort()).toEqual(files.map(({ marker }) => marker.slice(8)).sort());

  const inputs = openInputs(dir);
  const [first, second] = files as [InputFile, InputFile];
  expect(await inputs.dataUri(first.marker)).toBe(`data:image/png;base64,${picture.toString('base64')}`);
  expect(await inputs.dataUri(second.marker)).toMatch(/^data:image\/jpeg;base64,YmJi/);
  const odd = userFile('c', Buffer.from('?'), 'odd');
  await keepInputs(dir, [odd]);
  expect(await inputs.dataUri(odd.marker)).toBe('data:application/octet-stream;base64,Pw==');
});

test('a plan without files makes no folder for them', async () => {
  const dir = temporaryFolder();
  await keepInputs(dir, []);
  expect(readdirSync(dir)).toEqual([]);
});

test('a file that is there in its right size is left alone, and one of another size is made good', async () => {
  const dir = temporaryFolder();
  const file = userFile('a.png', png(3, 2), 'png');
  await keepInputs(dir, [file, file]);
  const place = keptPath(dir, file);
  utimesSync(place, 1, 1);
  await keepInputs(dir, [file]);
  expect(statSync(place).mtimeMs).toBe(1_000);

  writeFileSync(place, 'cut');
  await keepInputs(dir, [file]);
  expect(readFileSync(place)).toEqual(png(3, 2));
});

test('a file that changed, grew too large or went away since it was planned is the user’s to mend', async () => {
  const dir = temporaryFolder();
  const [edited, grown, gone] = ['edited', 'grown', 'gone'].map((name) =>
    userFile(`${name}.png`, Buffer.from(name), 'png'),
  ) as [InputFile, InputFile, InputFile];
  writeFileSync(edited.path, 'EDITED');
  writeFileSync(grown.path, Buffer.alloc(64 * 1_024 ** 2 + 1));
  rmSync(gone.path);
  for (const file of [edited, grown]) {
    await expect(keepInputs(dir, [file])).rejects.toMatchObject({
      about: 'input',
      message: `${file.path} has changed since it was planned.`,
    });
  }
  await expect(keepInputs(dir, [gone])).rejects.toMatchObject({
    about: 'input',
    message: `${gone.path} is not there any more.`,
  });
  mkdirSync(gone.path);
  await expect(keepInputs(dir, [gone])).rejects.toMatchObject({
    about: 'input',
    message: `${gone.path} cannot be read.`,
  });
  expect(readdirSync(join(dir, 'inputs'))).toEqual([]);
});

test('what keeps the folder from being written is a complaint about the output', async () => {
  const dir = temporaryFolder();
  const file = userFile('a.png', png(1, 1), 'png');
  writeFileSync(join(dir, 'inputs'), '');
  await expect(keepInputs(dir, [file])).rejects.toMatchObject({ about: 'output' });

  const away = temporaryFolder();
  const led = temporaryFolder();
  symlinkSync(away, join(led, 'inputs'));
  await expect(keepInputs(led, [file])).rejects.toMatchObject({ about: 'output' });
  expect(readdirSync(away)).toEqual([]);
});

test('a file that is missing or was changed fails its job as invalid input, in a whole sentence', async () => {
  const dir = temporaryFolder();
  const inputs = openInputs(dir);
  const file = userFile('a.png', png(3, 2), 'png');
  const path = file.marker.slice(1);
  expect(await failureOf(inputs.dataUri(file.marker))).toMatchObject({
    kind: 'invalid_input',
    message: `${path} is missing from the run folder.`,
  });
  await keepInputs(dir, [file]);
  const place = keptPath(dir, file);
  const bytes = readFileSync(place);
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
  writeFileSync(place, bytes);
  expect((await failureOf(inputs.dataUri(file.marker))).message).toBe(
    `${path} of the run folder is not the file that was planned: it has been changed.`,
  );
  writeFileSync(place, png(3, 2));
  expect(await inputs.dataUri(file.marker)).toMatch(/^data:/);
});

test('nothing but a marker leads to a file', async () => {
  const dir = temporaryFolder();
  const file = userFile('a.png', png(3, 2), 'png');
  await keepInputs(dir, [file]);
  const { marker, sha256 } = file;
  const wrong = [
    marker.slice(1),
    `${marker}\n`,
    `@inputs/../inputs/${sha256}.png`,
    `@inputs/${sha256}`,
    '',
    '@',
  ];
  for (const text of wrong) {
    const { kind, message } = await failureOf(openInputs(dir).dataUri(text));
    expect({ kind, message }).toEqual({
      kind: 'invalid_input',
      message: `"${text}" names no file of the run folder.`,
    });
  }
  await expect(keepInputs(dir, [{ ...file, sha256: 'a'.repeat(64) }])).rejects.toThrow(
    'is not the marker of',
  );
});

test('a file that the system does not read stops the run, not only its job', async () => {
  const dir = temporaryFolder();
  const file = userFile('a.png', png(3, 2), 'png');
  await keepInputs(dir, [file]);
  const place = keptPath(dir, file);
  rmSync(place);
  symlinkSync(place, place);
  await expect(openInputs(dir).dataUri(file.marker)).rejects.toMatchObject({
    about: 'output',
    message: `${place} cannot be read.`,
  });
});

test('the latest files stay in memory, and no more of them than 32 MiB', async () => {
  const dir = temporaryFolder();
  const large = [0, 1, 2].map((n) => userFile(`${n}.png`, Buffer.alloc(9_000_000, n), 'png'));
  await keepInputs(dir, large);
  const inputs = openInputs(dir);
  const [a, b, c] = large as [InputFile, InputFile, InputFile];
  const [twice, again] = await Promise.all([inputs.dataUri(a.marker), inputs.dataUri(a.marker)]);
  expect(twice === again && twice.length === 22 + 12_000_000).toBe(true);
  await inputs.dataUri(b.marker);
  await inputs.dataUri(a.marker);
  await inputs.dataUri(c.marker);
  rmSync(join(dir, 'inputs'), { recursive: true });
  expect(existsSync(keptPath(dir, a))).toBe(false);

  // Three are more than fit: the one that was not asked for again has gone.
  expect((await inputs.dataUri(a.marker)).length).toBe(twice.length);
  expect((await inputs.dataUri(c.marker)).length).toBe(twice.length);
  expect((await failureOf(inputs.dataUri(b.marker))).message).toContain('is missing');
});
