import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PageJob } from '../../../../src/view/page-data.ts';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { aVideo, idAt, jobAt, nasty, pictureAt } from '../page-builders.ts';
import { cellAt, seaUrl, viewIn } from '../page-folder.ts';

const open = browserForFile();

/** Four columns by three rows, with one of everything. */
function jobs(): PageJob[] {
  const all = [0, 1, 2].flatMap((y) => [0, 1, 2, 3].map((x) => jobAt(x, y)));
  const error = { class: 'model', message: `The model refused: ${nasty}` } as const;
  all[1] = jobAt(1, 0, { outputs: [pictureAt(1, 0), pictureAt(1, 0, 1)] });
  all[2] = jobAt(2, 0, { state: 'failed', outputs: [], costUsd: null, error });
  all[3] = jobAt(3, 0, { outputs: [aVideo('files/ball.mp4')] });
  all[5] = jobAt(1, 1, { parent: idAt(0, 0) });
  all[6] = jobAt(2, 1, { parent: idAt(0, 0) });
  all[9] = jobAt(1, 2, { state: 'pending', outputs: [], submittedAt: null, finishedAt: null });
  return all;
}

const lightboxOf = (page: Page) => page.locator('dialog.lightbox');
const transformOf = (page: Page) =>
  page
    .locator('.lightbox .media-frame')
    .evaluate((frame) => new DOMMatrix(getComputedStyle(frame).transform).a);

async function opened(x: number, y: number): Promise<Page> {
  const page = await open(seaUrl(jobs()));
  await cellAt(page, x, y).click();
  await lightboxOf(page).getByRole('heading', { name: 'Inputs' }).waitFor();
  return page;
}

test('arrow keys move along both axes, stop at the edges, and update the address', async () => {
  const page = await opened(0, 1);
  const steps = [
    ['ArrowRight', 1, 1],
    ['ArrowDown', 1, 2],
    ['ArrowLeft', 0, 2],
    ['ArrowLeft', 0, 2],
    ['ArrowUp', 0, 1],
    ['ArrowUp', 0, 0],
    ['ArrowUp', 0, 0],
  ] as const;
  for (const [key, x, y] of steps) {
    await page.keyboard.press(key);
    await expect.poll(async () => (await viewIn(page)).open).toBe(idAt(x, y));
    await lightboxOf(page).getByText(idAt(x, y), { exact: true }).waitFor();
  }
  await page.locator('.lightbox .notice', { hasText: 'No more results' }).waitFor();
});

test('the images of the neighbours are loaded in advance', async () => {
  const thumb = 'thumbs/small.png';
  const thumbed = [0, 1, 2].flatMap((y) =>
    [0, 1, 2].map((x) => jobAt(x, y, { outputs: [{ ...pictureAt(x, y), thumb }] })),
  );
  const page = await open(seaUrl(thumbed));
  const asked: string[] = [];
  page.on('request', (request) =>
    asked.push(decodeURIComponent(request.url()).replace(/^.*\/files/, 'files')),
  );
  await page.reload();
  await cellAt(page, 1, 1).click();
  for (const [x, y] of [
    [1, 1],
    [0, 1],
    [2, 1],
    [1, 0],
    [1, 2],
  ] as const) {
    await expect.poll(() => asked).toContain(pictureAt(x, y).path);
  }
  expect(asked).not.toContain(pictureAt(0, 0).path);
});

test('brackets step through the files of a job and stop at the last', async () => {
  const page = await opened(1, 0);
  const shown = page.locator('.lightbox img.media-full');
  await page.keyboard.press(']');
  await expect.poll(() => shown.getAttribute('src')).toContain('1-1%25.png');
  await page.getByText('file 2 of 2').waitFor();
  await page.keyboard.press('PageDown');
  await expect.poll(async () => (await viewIn(page)).file).toBe(1);
  await page.keyboard.press('[');
  await expect.poll(() => shown.getAttribute('src')).toContain('1-0%25.png');
  expect(
    await shown.evaluate((picture: HTMLImageElement) => picture.decode().then(() => picture.naturalWidth)),
  ).toBe(512);
});

test('keys, wheel, double-click and drag zoom and pan, and the next image fits the window again', async () => {
  const page = await opened(0, 0);
  await expect.poll(() => transformOf(page)).toBe(1);
  await page.keyboard.press('+');
  await expect.poll(() => transformOf(page)).toBeCloseTo(1.4);
  await page.keyboard.press('-');
  await expect.poll(() => transformOf(page)).toBeCloseTo(1);
  await page.mouse.move(500, 450);
  await page.mouse.wheel(0, -200);
  await expect.poll(() => transformOf(page)).toBeGreaterThan(1.2);
  await page.keyboard.press('0');
  await expect.poll(() => transformOf(page)).toBeCloseTo(1);

  await page.mouse.dblclick(400, 400);
  await expect.poll(() => transformOf(page)).toBeCloseTo(2.5);
  const picture = page.locator('.lightbox img.media-full');
  const before = await picture.boundingBox();
  await page.mouse.move(500, 450);
  await page.mouse.down();
  await page.mouse.move(560, 450);
  await page.mouse.up();
  await expect.poll(async () => (await picture.boundingBox())?.x).toBeCloseTo((before?.x ?? 0) + 60, 0);

  await page.keyboard.press('ArrowRight');
  await expect.poll(() => transformOf(page)).toBe(1);
});

test('the point under the pointer stays there while the wheel zooms', async () => {
  const page = await opened(0, 0);
  const picture = page.locator('.lightbox img.media-full');
  const share = async (): Promise<number> => {
    const { x, width } = (await picture.boundingBox()) ?? { x: 0, width: 1 };
    return (600 - x) / width;
  };
  const before = await share();
  await page.mouse.move(600, 450);
  for (let turn = 0; turn < 3; turn += 1) await page.mouse.wheel(0, -120);
  await expect.poll(() => transformOf(page)).toBeGreaterThan(2);
  expect(await share()).toBeCloseTo(before, 1);
});

test('Esc closes the image, clears it from the address, and returns the focus', async () => {
  const page = await opened(2, 1);
  await page.keyboard.press('Escape');
  await lightboxOf(page).waitFor({ state: 'hidden' });
  await expect.poll(async () => (await viewIn(page)).open).toBeNull();
  await expect
    .poll(() => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.job))
    .toBe(idAt(2, 1));
});

test('the focus never leaves the lightbox for the page behind it', async () => {
  const page = await opened(0, 0);
  const seen = new Set<string | null>();
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { activeElement } = document;
      const isInside = activeElement?.closest('dialog.lightbox') != null || activeElement === document.body;
      return { isInside, name: activeElement?.getAttribute('aria-label') ?? null };
    });
    expect(at.isInside, String(at.name)).toBe(true);
    seen.add(at.name);
  }
  for (const name of ['Close (Esc)', 'Star', 'Note', 'Copy the prompt']) expect(seen).toContain(name);
});

test('a link opens the image that it names, and Back closes and opens it', async () => {
  const url = seaUrl(jobs());
  const page = await open(`${url}&open=${idAt(3, 2)}`);
  await lightboxOf(page).getByText(idAt(3, 2), { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await lightboxOf(page).waitFor({ state: 'hidden' });
  // The browser tells of the closing a moment after it: only then is there something to go back from.
  await expect.poll(async () => (await viewIn(page)).open).toBeNull();
  await page.goBack();
  await lightboxOf(page).getByText(idAt(3, 2), { exact: true }).waitFor();
});

test('a failed job shows its state, its reason as text, and the suggested command', async () => {
  const page = await opened(2, 0);
  const plate = page.locator('.lightbox .job-placeholder');
  expect(await plate.locator('.job-placeholder-state').textContent()).toBe('failed');
  expect(await plate.locator('.job-placeholder-reason').textContent()).toBe(
    `generation failed: The model refused: ${nasty}`,
  );
  expect(await plate.locator('code').textContent()).toBe(`rcb retry 'out/the sea' ${idAt(2, 0)}`);
  await page.keyboard.press('ArrowLeft');
  await page.locator('.lightbox img.media-full').waitFor();
});

test('a refused job names the row to edit, and no command that would pay for it again', async () => {
  const refused = { class: 'refused', message: 'Not allowed.' } as const;
  const page = await open(seaUrl([jobAt(0, 0, { state: 'failed', outputs: [], error: refused })]));
  await cellAt(page, 0, 0).click();
  await page.getByText('The prompt was refused. Edit row 2 of prompts.csv and run again.').waitFor();
  const copies = page.getByRole('group', { name: 'Copy' });
  expect(await copies.innerText()).toContain('Copy:');
  expect(await copies.getByRole('button', { name: /again|variations/ }).count()).toBe(0);
  expect(await page.locator('.lightbox code').count()).toBe(0);
});

test('parts of a result that could not be saved, and the answer in its place, are shown', async () => {
  const noted = jobAt(0, 0, { notes: ['https://example.com/a was left out.'] });
  const empty = jobAt(1, 0, {
    state: 'failed',
    outputs: [],
    error: { class: 'no_output', message: 'It holds nothing.' },
    answer: 'files/the answer.json',
  });
  const page = await open(seaUrl([noted, empty]));
  await cellAt(page, 0, 0).click();
  const notes = page.locator('.job-panel section', { hasText: 'Notes' });
  await notes.getByText('https://example.com/a was left out.').waitFor();
  await page.keyboard.press('ArrowRight');
  const plate = page.locator('.lightbox .job-placeholder');
  expect(await plate.locator('a').getAttribute('href')).toBe('files/the%20answer.json');
  expect(await plate.locator('code').textContent()).toBe("rcb fetch 'out/the sea'");
});

test('a pending job can be opened and says that nothing has been paid', async () => {
  const page = await opened(1, 2);
  await page.locator('.lightbox .job-placeholder', { hasText: 'Nothing has been paid' }).waitFor();
});

test('a file that is no longer in the run folder is named, with the command that downloads it', async () => {
  const gone = jobAt(0, 0, {
    outputs: [{ ...pictureAt(0, 0), path: 'files/gone.webp', mime: 'image/webp' }],
  });
  const page = await open(seaUrl([gone], ['files/gone.webp']), { isFileMissing: true });
  await cellAt(page, 0, 0).click();
  const plate = page.locator('.lightbox .job-placeholder', {
    hasText: 'files/gone.webp is not in out/the sea',
  });
  await plate.getByText("rcb fetch 'out/the sea'").waitFor();
});

test('markup in a prompt is text in the panel, in names and in the title', async () => {
  const page = await opened(0, 2);
  expect(await page.locator('.job-panel-prompt p').textContent()).toBe(nasty);
  expect(await lightboxOf(page).getAttribute('aria-label')).toBe(nasty);
  expect(await page.locator('.lightbox b, .lightbox img[src="x"]').count()).toBe(0);
  expect(await page.title()).not.toBe('run');
});

test('a video plays in place, in a loop, with controls', async () => {
  const page = await opened(3, 0);
  const video = page.locator('.lightbox video');
  const state = () =>
    video.evaluate(({ readyState, loop, controls, paused, currentTime }: HTMLVideoElement) => ({
      isReady: readyState >= 3,
      isLoop: loop,
      hasControls: controls,
      isPlaying: !paused && currentTime > 0,
    }));
  await expect.poll(state).toEqual({ isReady: true, isLoop: true, hasControls: true, isPlaying: true });
  await video.click();
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await viewIn(page)).open).toBe(idAt(3, 1));
});

test('parent, siblings and children are shown and open', async () => {
  const page = await opened(1, 1);
  const family = lightboxOf(page).getByRole('region', { name: 'Family' });
  expect(await family.getByRole('button', { name: /^Sibling/ }).count()).toBe(1);
  await family.getByRole('button', { name: /^Parent/ }).click();
  await family.getByText('2 variations').waitFor();
  await expect.poll(async () => (await viewIn(page)).open).toBe(idAt(0, 0));
});

test('copying works from a double-clicked page without a clipboard, and says so', async () => {
  const page = await open(seaUrl(jobs()));
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.addEventListener('copy', () => {
      document.body.dataset.copied = getSelection()?.toString() || selectedText();
    });
    function selectedText(): string {
      const { activeElement } = document;
      return activeElement instanceof HTMLTextAreaElement ? activeElement.value : '';
    }
  });
  await cellAt(page, 0, 1).click();
  await page.getByRole('button', { name: 'Copy the command that shows this job' }).click();
  await page.locator('.lightbox .notice', { hasText: 'Copied the command that shows this job.' }).waitFor();
  expect(await page.evaluate(() => document.body.dataset.copied)).toBe(
    `rcb show 'out/the sea' ${idAt(0, 1)}`,
  );
  await page.getByRole('button', { name: 'Copy the inputs as JSON' }).click();
  await expect
    .poll(() => page.evaluate(() => JSON.parse(document.body.dataset.copied ?? 'null')?.seed))
    .toBe(0);
});

test('letters typed into the note are text, not shortcuts', async () => {
  const page = await opened(0, 0);
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.fill('');
  await note.pressSequentially('scissors + [i]');
  await page.keyboard.press('ArrowLeft');
  expect(await note.inputValue()).toBe('scissors + [i]');
  await expect.poll(async () => (await viewIn(page)).open).toBe(idAt(0, 0));
  await expect.poll(async () => (await viewIn(page)).compared ?? []).toEqual([]);
});

test('on a phone nothing is wider than the screen, and swiping moves to the next image', async () => {
  const url = seaUrl(jobs());
  const page = await open(url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await cellAt(page, 0, 1).tap();
  await lightboxOf(page).getByRole('heading', { name: 'Inputs' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const widest = await lightboxOf(page).evaluate((dialog) =>
    Math.max(...[...dialog.querySelectorAll('*')].map((inner) => inner.getBoundingClientRect().right)),
  );
  expect(widest).toBeLessThanOrEqual(391);

  const finger = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
    finger.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x, y: 250 }],
    });
  await touch('touchStart', 300);
  await touch('touchMove', 200);
  await touch('touchMove', 120);
  await touch('touchEnd', 120);
  await expect.poll(async () => (await viewIn(page)).open).toBe(idAt(1, 1));
});
