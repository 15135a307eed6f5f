import type { JsonValue } from '../../core/json.ts';
import type { PageHead, PageJob } from '../page-data.ts';
import { blockIds, decoding, type Shared, type WireJob } from '../page-wire.ts';

/** What the page was made with. Throws where the page was cut off. */
export function pageBlocks(): { readonly head: PageHead; readonly jobs: readonly PageJob[] } {
  const { head, values }: Shared = block<Shared>(blockIds.shared);
  const decode = decoding(values as readonly JsonValue[]);
  return { head, jobs: block<readonly WireJob[]>(blockIds.jobs).map(decode) };
}

function block<T>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page is not whole: its block "${id}" is missing.`);
  const read = JSON.parse(found.textContent) as T;
  // Its text would stay in memory, and be walked by whatever searches the document.
  found.remove();
  return read;
}
