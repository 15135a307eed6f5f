/** Which of a job's files one is, in its provider's words, such as its node and index there. */
interface Labelled {
  /** Untrusted. Absent: its position is all that tells it from the others. */
  readonly label?: string;
}

/** A file that a finished request has made: its result links to it or holds it. */
export type FileOutput = Labelled & FileContent;

type FileContent =
  | {
      readonly type: 'link';
      readonly url: string;
      /** What the result says about it: a media type (`image/png`) or its first half (`image`); null: nothing. */
      readonly announced: string | null;
    }
  /** The result holds the file itself, as base64 or a data URI. */
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly announced: string | null }
  /** The result is itself a text or an object, and is kept as it is. */
  | { readonly type: 'document'; readonly extension: 'txt' | 'json'; readonly text: string };

/** What a result holds: files, and sentences for the job's notes about what cannot be saved from it. */
export type Output = FileOutput | { readonly type: 'note'; readonly sentence: string };

export function isFile(output: Output): output is FileOutput {
  return output.type !== 'note';
}

/** Whether two readings of a result name the same file: links are signed differently each time, their paths stay. */
export function isSameFile(a: FileOutput, b: FileOutput): boolean {
  if (a.type !== 'link' || b.type !== 'link') return false;
  return a.url === b.url || linkName(a.url) === linkName(b.url);
}

const maxNameLength = 160;

/** A file as notes name it: a link without its query, which may be a signature. */
export function nameOf(output: FileOutput): string {
  switch (output.type) {
    case 'link': {
      const name = linkName(output.url);
      return name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength - 1).toWellFormed()}…`;
    }
    case 'bytes':
      return 'A file inside the result';
    case 'document':
      return 'A text of the result';
  }
}

function linkName(url: string): string {
  const { protocol, host, pathname } = URL.parse(url) ?? { protocol: '', host: '', pathname: '' };
  return host === '' ? 'A link' : `${protocol}//${host}${pathname}`;
}
