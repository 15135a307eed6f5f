import { UserError } from '../../core/complaints.ts';

/** A link to a list of prompts, as the user wrote it and as it has to be asked for. */
export interface InputLink {
  /** What is fetched: the list itself, where the user gave the page that shows it. */
  readonly url: URL;
  /** What messages and rows call it: without what may be a secret. */
  readonly name: string;
  /** Of a workbook: the sheet behind `#`. */
  readonly sheet: string | null;
  /** What the list is called by the link itself; null: the link does not say. */
  readonly title: string | null;
  /** Google Sheets, whose answers for what is not public are known. */
  readonly isGoogle: boolean;
}

/** Whether a word names an input by its address. */
export function isLink(word: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(word);
}

/**
 * The link that a word is. Pages of Google Sheets and Drive, GitHub, Gist, GitLab, Hugging Face, Dropbox, SharePoint
 * and Pastebin become what they show. Throws `UserError` (`usage`) for what is not https, or http on this machine, and
 * for a user name or a password in it, which it does not repeat.
 */
export function inputLink(word: string): InputLink {
  const url = URL.parse(word);
  if (url === null || /[\\\0-\x20\x7f]/.test(word)) {
    throw new UserError(
      'usage',
      `The link ${JSON.stringify(word)} cannot be read.`,
      'Copy it again, in quotes.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    const hint = 'Download the list with them and name the file.';
    throw new UserError('usage', `The link to ${url.hostname} contains a user name or a password.`, hint);
  }
  refuseScheme(url);
  const google = googleSheet(url);
  if (google !== null) return google;
  const direct = directLink(url);
  const name = `${url.origin}${url.pathname}`;
  const sheet = /\.xls[xm]$/i.test(url.pathname) && url.hash !== '' ? decoded(url.hash.slice(1)) : null;
  direct.hash = '';
  return { url: direct, name, sheet, title: titleOf(url.pathname), isGoogle: isGoogleHost(direct) };
}

function refuseScheme(url: URL): void {
  const { protocol, hostname, pathname, search } = url;
  if (protocol === 'https:' || (protocol === 'http:' && isThisMachine(hostname))) return;
  if (protocol === 'http:') {
    const secure = `https://${url.host}${pathname}${search === '' ? '' : '?…'}`;
    throw new UserError(
      'usage',
      `The link to ${hostname} is plain http, so anybody on the way could change the list.`,
      `Write ${secure}, or download the list and name the file.`,
    );
  }
  const hint = protocol === 'file:' ? 'Name the file by its path.' : 'Download the list and name the file.';
  throw new UserError('usage', `Lists are read from https links, not from ${protocol}//.`, hint);
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isGoogleHost({ hostname }: URL): boolean {
  return /^(docs|drive)\.google\.com$/.test(hostname);
}

/** A sheet of Google's, at any of the addresses that its pages have; null: it is none. */
function googleSheet(url: URL): InputLink | null {
  if (url.hostname !== 'docs.google.com') return null;
  const [, published, id, page = ''] =
    /^\/(?:a\/[^/]+\/)?spreadsheets\/(?:u\/\d+\/)?d\/(e\/)?([\w-]+)(?:\/(.*?))?\/?$/.exec(url.pathname) ?? [];
  if (id === undefined) return null;
  const gid = /(?:^#|&)gid=(\d+)/.exec(url.hash)?.[1] ?? url.searchParams.get('gid');
  const base = `https://docs.google.com/spreadsheets/d/${published ?? ''}${id}`;
  const own = published !== undefined ? 'pub' : 'export';
  const wanted = new URL(`${base}/${own}`);
  const { searchParams } = url;
  if (page === 'gviz/tq') {
    wanted.pathname = `/spreadsheets/d/${id}/gviz/tq`;
    for (const [key, value] of searchParams) if (key !== 'tqx') wanted.searchParams.set(key, value);
    wanted.searchParams.set('tqx', 'out:csv');
  } else {
    const format = searchParams.get(own === 'pub' ? 'output' : 'format');
    const isList = /^(csv|tsv|xlsx)$/i.test(format ?? '') && page === own;
    wanted.searchParams.set(own === 'pub' ? 'output' : 'format', isList ? (format as string) : 'csv');
    if (gid !== null && gid !== undefined) wanted.searchParams.set('gid', gid);
    for (const key of ['single', 'resourcekey']) {
      const value = searchParams.get(key);
      if (value !== null) wanted.searchParams.set(key, value);
    }
  }
  const name = `${base}${gid ? `#gid=${gid}` : ''}`;
  return { url: wanted, name, sheet: null, title: null, isGoogle: true };
}

type Rewrite = (url: URL) => string | null;

const rewrites: Readonly<Record<string, Rewrite>> = {
  'github.com': ({ pathname }) => {
    const [, owner, rest] = /^(\/[^/]+\/[^/]+)\/blob\/(.+)$/.exec(pathname) ?? [];
    return owner === undefined ? null : `https://raw.githubusercontent.com${owner}/${rest}`;
  },
  'gist.github.com': ({ pathname }) =>
    /^\/[^/]+\/[0-9a-f]+\/?$/.test(pathname)
      ? `https://gist.github.com${pathname.replace(/\/$/, '')}/raw`
      : null,
  'gitlab.com': (url) => (url.pathname.includes('/-/blob/') ? url.href.replace('/-/blob/', '/-/raw/') : null),
  'huggingface.co': (url) => (/\/blob\//.test(url.pathname) ? url.href.replace('/blob/', '/resolve/') : null),
  'pastebin.com': ({ pathname }) => (/^\/\w+$/.test(pathname) ? `https://pastebin.com/raw${pathname}` : null),
  'www.dropbox.com': (url) => withParameter(url, 'dl', '1'),
  'drive.google.com': (url) => {
    const id = /^\/file\/d\/([\w-]+)/.exec(url.pathname)?.[1] ?? url.searchParams.get('id');
    return id === null ? null : `https://drive.google.com/uc?export=download&id=${encodeURIComponent(id)}`;
  },
};

function directLink(url: URL): URL {
  const rewrite = rewrites[url.hostname];
  const isSharePoint = url.hostname.endsWith('.sharepoint.com') && url.pathname.startsWith('/:');
  const direct = isSharePoint ? withParameter(url, 'download', '1') : rewrite?.(url);
  return new URL(direct ?? url.href);
}

function withParameter(url: URL, name: string, value: string): string {
  const changed = new URL(url.href);
  changed.searchParams.set(name, value);
  return changed.href;
}

/** The last part of a path, if it is a name. */
function titleOf(pathname: string): string | null {
  const name = decoded(pathname.split('/').at(-1) ?? '');
  const bare = name.replace(/\.gz$/i, '').replace(/\.[a-z]{2,6}$/i, '');
  return bare === '' || /^(raw|view|edit|download|export|uc|s|f)$/i.test(bare) ? null : bare;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
