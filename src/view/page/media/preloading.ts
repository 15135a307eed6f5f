import type { PageJob } from '../../page-data.ts';
import { urlOf } from '../dom.ts';
import { kindOf } from './media-element.ts';

const maxKept = 12;
const kept = new Map<string, HTMLImageElement>();

/** Fetches the pictures that are likely to be looked at next, so that they are there at once. */
export function preload(jobs: readonly (PageJob | null)[]): void {
  for (const job of jobs) {
    const output = job?.outputs[0];
    if (output === undefined || kindOf(output) !== 'image') continue;
    const src = urlOf(output.path);
    const picture = kept.get(src) ?? new Image();
    if (!kept.has(src)) picture.src = src;
    kept.delete(src);
    kept.set(src, picture);
  }
  for (const [src] of [...kept].slice(0, Math.max(0, kept.size - maxKept))) kept.delete(src);
}
