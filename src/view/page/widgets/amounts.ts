import { showUsd } from '../../../core/money/prices.ts';
import type { PageOutput } from '../../page-data.ts';

/** `1,632` */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 job`, `1,632 jobs` */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** `0.8s`, `12s`, `3m20s`: short times keep a decimal, so that they can be compared. */
export function tookText(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : longTookText(Math.round(ms / 1_000));
}

function longTookText(seconds: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3_600)}h${two(Math.floor((seconds % 3_600) / 60))}m`;
}

/** `812 KB`, `1.4 MB`; decimal units, as in file managers. */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1_000)} KB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `$0.06`, `about $0.06` where it is estimated, or `unknown` if the server named no price. */
export function costText(costUsd: number | null, isEstimated = false): string {
  return costUsd === null ? 'unknown' : `${isEstimated ? 'about ' : ''}${showUsd(costUsd)}`;
}

/** `1024 × 1024`; null: unknown. */
export function sizeText({ width, height }: PageOutput): string | null {
  return width === null || height === null ? null : `${width} × ${height}`;
}
