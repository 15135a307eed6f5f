// What a run and the process that makes its page say to each other, a line each.

/** To that process: the next page is to be the last one. */
export const lastWord = 'last\n';

/** From it, while it makes the thumbnails that the last page lacks. */
export interface ThumbnailProgress {
  readonly made: number;
  readonly all: number;
  /** How long the rest will take at this speed. */
  readonly leftMs: number;
}

export function progressLine({ made, all, leftMs }: ThumbnailProgress): string {
  return `${made} ${all} ${Math.round(leftMs)}\n`;
}

/** null: it is no such line. */
export function readProgress(line: string): ThumbnailProgress | null {
  const words = /^(\d+) (\d+) (\d+)$/.exec(line);
  if (words === null) return null;
  const [, made, all, leftMs] = words.map(Number) as [number, number, number, number];
  return { made, all, leftMs };
}

/** What is not made by then is made by the next run, or by `rcb view`. */
export const lastThumbnailsMs = 20_000;
