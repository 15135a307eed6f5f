/** A file that a finished request has made, as its result names or holds it. */
export type FileOutput =
  | {
      readonly type: 'link';
      readonly url: string;
      /** What the result says it leads to: a media type (`image/png`) or its first half (`image`); null: nothing. */
      readonly announced: string | null;
    }
  /** The result holds the file itself, as base64 or a data URI. */
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly announced: string | null }
  /** The result is a text or an object of its own: kept as it stands, whatever it looks like. */
  | { readonly type: 'document'; readonly extension: 'txt' | 'json'; readonly text: string };

/** What a result holds: files, and sentences about what cannot be taken of it, for the job's notes. */
export type Output = FileOutput | { readonly type: 'note'; readonly sentence: string };

export function isFile(output: Output): output is FileOutput {
  return output.type !== 'note';
}

/** Whether two readings of a result name the same file: links are signed differently each time, their paths stay. */
export function isSameFile(a: FileOutput, b: FileOutput): boolean {
  if (a.type !== 'link' || b.type !== 'link') return false;
  return a.url === b.url || placeOf(a.url) === placeOf(b.url);
}

const maxPlaceLength = 160;

/** A file as notes name it: a link without its query, which may be a signature. */
export function nameOf(output: FileOutput): string {
  switch (output.type) {
    case 'link': {
      const place = placeOf(output.url);
      return place.length <= maxPlaceLength ? place : `${place.slice(0, maxPlaceLength - 1).toWellFormed()}…`;
    }
    case 'bytes':
      return 'A file inside the result';
    case 'document':
      return 'A text of the result';
  }
}

function placeOf(url: string): string {
  const { protocol, host, pathname } = URL.parse(url) ?? { protocol: '', host: '', pathname: '' };
  return host === '' ? 'A link' : `${protocol}//${host}${pathname}`;
}
