import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Overview } from '../../src/core/overview.ts';
import { paintCard } from '../../src/simulator/card-picture.ts';
import { palettePng } from '../../src/simulator/palette-png.ts';
import { sampleVideo } from '../../src/simulator/sample-video.ts';
import type { PageJob } from '../../src/view/page-data.ts';
import { blockJson } from '../../src/view/page-wire.ts';
import { pageText } from '../support/build-page.ts';
import { pageHead } from './box-jobs.ts';

const built = pageText(
  fileURLToPath(new URL('../..', import.meta.url)),
  fileURLToPath(new URL('box-entry.ts', import.meta.url)),
);

/** Writes a folder with these jobs, their files and thumbs but for the `absent` ones, and the page, until the test ends; its URL. */
export async function boxFolder(
  jobs: readonly PageJob[],
  overview: Partial<Overview> = {},
  absent: readonly string[] = [],
): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-box-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const { outputs, input, axes } of jobs) {
    outputs.forEach(({ path, mime, thumb }, index) => {
      const bytes = mime === 'video/mp4' ? sampleVideo : picture(String(input.prompt), Number(axes.x), index);
      for (const name of thumb === null ? [path] : [path, thumb]) {
        if (absent.includes(name)) continue;
        const file = join(dir, name);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, bytes);
      }
    });
  }
  const head = pageHead(dir, jobs.length, overview);
  const blocks = (['head', 'jobs'] as const).map(
    (id) => `<script type="application/json" id="${id}">${blockJson(id === 'head' ? head : jobs)}</script>`,
  );
  const file = join(dir, 'index.html');
  writeFileSync(
    file,
    (await built).replace('<!--data-->', () => blocks.join('\n')),
  );
  return pathToFileURL(file).href;
}

function picture(prompt: string, seed: number, index: number): Buffer {
  const facts = [`seed ${seed}`, `file ${index + 1}`];
  const card = { prompt, style: 'anime', aspectRatio: '1:1', facts, notes: [], variant: seed + 7 * index };
  return palettePng(paintCard(card));
}
