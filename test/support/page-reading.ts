import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '../../src/core/json.ts';
import type { PageHead, PageJob } from '../../src/view/page-data.ts';
import { decoding, type Shared, type WireJob } from '../../src/view/page-wire.ts';

export interface PageRead {
  readonly title: string;
  readonly head: PageHead;
  readonly jobs: readonly PageJob[];
}

/** What a page's text says, read as a browser finds its blocks. Throws for one that is not whole. */
export function readPage(text: string): PageRead {
  if (!text.trimEnd().endsWith('</html>')) throw new Error('The page has no end.');
  const block = (id: string): unknown => {
    const found = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, 's').exec(
      text,
    )?.[1];
    if (found === undefined) throw new Error(`The page has no block ${id}.`);
    return JSON.parse(found);
  };
  const { head, values } = block('shared') as Shared;
  const jobs = (block('jobs') as WireJob[]).map(decoding(values as JsonValue[]));
  return { title: /<title>(.*?)<\/title>/s.exec(text)?.[1] ?? '', head, jobs };
}

/** The page of a run folder, or another one in a folder. */
export function pageOf(dir: string, name = 'index.html'): PageRead {
  return readPage(readFileSync(join(dir, name), 'utf8'));
}
