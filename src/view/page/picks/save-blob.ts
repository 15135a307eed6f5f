import { element } from '../widgets/dom.ts';

const savingMs = 60_000;

/** Downloads bytes that the page has made. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: name }).click();
  // Some browsers read a large blob only while they save it.
  setTimeout(() => URL.revokeObjectURL(url), savingMs);
}
