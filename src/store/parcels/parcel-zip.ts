import { closeSync, createReadStream, write } from 'node:fs';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createDeflateRaw } from 'node:zlib';
import { openFresh, partOf, removeLeftover, taken } from '../files/part-files.ts';
import { type Parcel, parcelPage } from './parcel-form.ts';
import { openZip } from './zip-file.ts';

const writeSome = promisify(write);

/** A parcel as a zip file. Pictures are stored as they are; the page is deflated. */
export function parcelZip(path: string): Parcel {
  const zip = openZip(path);
  let page: DeflatedPage | null = null;
  return {
    add: (file, pieces) => zip.add(file, pieces),
    async page(text) {
      page ??= deflatedPage(partOf(`${path}.page`));
      await page.write(text);
    },
    async finish(at) {
      if (page !== null) {
        const { part, content } = await page.end();
        const entry = { name: parcelPage, at, maxBytes: content.bytes };
        await zip.addDeflated(entry, createReadStream(part), () => content);
        page.discard();
      }
      return zip.finish();
    },
    discard() {
      page?.discard();
      zip.discard();
    },
  };
}

interface DeflatedPage {
  write(text: string): Promise<void>;
  end(): Promise<{
    readonly part: string;
    readonly content: { readonly bytes: number; readonly crc: number };
  }>;
  discard(): void;
}

/** The page is known when all files have been added, and may be large: until then it is in a file of its own. */
function deflatedPage(part: string): DeflatedPage {
  const fd = openFresh(part, 0o600);
  const packer = createDeflateRaw();
  let [bytes, crc] = [0, 0];
  let isOpen = true;
  const written = (async () => {
    for await (const block of packer as AsyncIterable<Buffer>) {
      for (let done = 0; done < block.length; ) {
        done += taken((await writeSome(fd, block, done)).bytesWritten);
      }
    }
  })();
  // Whoever ends it hears of that.
  written.catch((error: Error) => packer.destroy(error));

  function close(): void {
    if (isOpen) closeSync(fd);
    isOpen = false;
  }
  return {
    async write(text) {
      const piece = Buffer.from(text, 'utf8');
      bytes += piece.length;
      crc = crc32(piece, crc);
      await new Promise<void>((resolve, reject) => {
        packer.write(piece, (error) => (error ? reject(error) : resolve()));
      });
    },
    async end() {
      packer.end();
      await Promise.all([finished(packer), written]);
      close();
      return { part, content: { bytes, crc } };
    },
    discard() {
      packer.destroy();
      close();
      removeLeftover(part);
    },
  };
}
