import { type Problem, UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { Instant } from '../../core/job/job.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { slug } from '../../core/path-text.ts';
import { openConnections } from '../../http/connections.ts';
import { type ListAnswer, ListRefused, openListLink } from '../../http/list-links.ts';
import { proxiesOf } from '../../http/proxies.ts';
import { isWebPage, linkFormat } from '../../input/sources/link-format.ts';
import { type InputLink, inputLink } from '../../input/sources/link-forms.ts';
import { type InputSource, inputSource, type SourceOptions } from '../../input/sources/sources.ts';
import {
  discardCopy,
  foldersBelow,
  keptCopy,
  type LinkCopy,
  receiveCopy,
} from '../../store/folder/link-copies.ts';
import type { BatchRequest } from '../request.ts';

/** A list behind a link, on this machine by now. */
interface LinkedList {
  readonly link: InputLink;
  readonly copy: LinkCopy;
  /** What the run folder is called after. */
  readonly title: string;
  readonly problems: readonly Problem[];
}

interface LinkReading {
  /** Whether it is fetched again, and what its format is said to be. */
  readonly request: Pick<BatchRequest, 'refresh' | 'format'>;
  readonly env: Environment;
  /** The run folder of a list of this title. */
  folderOf(title: string): string;
  readonly now: () => Instant;
}

const maxBytes = 256 * 2 ** 20;

/**
 * The list behind a link: the copy that the run folder keeps, unless it is to be fetched again, else fetched. Throws
 * `UserError`: `usage` for a link that is not taken, `input` for what is not there or is no list.
 */
export async function linkedList(word: string, reading: LinkReading): Promise<LinkedList> {
  const link = inputLink(word);
  const kept = reading.request.refresh ? null : findKept(link, reading);
  if (kept !== null) return kept;
  const copy = await fetched(link, reading);
  return { link, copy, title: titleOf(link, copy), problems: [] };
}

/** The list as an input that is called by its link. */
export function listSource({ link, copy }: LinkedList, options: SourceOptions): InputSource {
  const { name, sheet } = link;
  return inputSource(copy.path, {
    ...options,
    name,
    format: copy.format,
    ...(sheet === null ? {} : { sheet }),
  });
}

function findKept(link: InputLink, { folderOf, now }: LinkReading): LinkedList | null {
  const known = link.title === null ? [] : [folderOf(link.title)];
  const root = folderOf('x').replace(/[^/\\]*$/, '') || '.';
  const dirs = link.title === null ? [folderOf(defaultTitle(link)), ...foldersBelow(root)] : known;
  for (const dir of dirs) {
    const copy = keptCopy(dir, link.url.href);
    if (copy === null) continue;
    const title = titleOf(link, copy);
    // A list that has its name from its server is looked for in every folder, and belongs into one of them.
    if (folderOf(title) !== dir) continue;
    const ago = showDuration(now() - copy.fetchedAt);
    const message = `using the copy in ${dir} from ${ago} ago; --refresh downloads it again`;
    const place = { file: link.name, line: 0, column: null };
    return { link, copy, title, problems: [{ severity: 'note', place, kind: 'link', message }] };
  }
  return null;
}

function titleOf(link: InputLink, copy: Pick<LinkCopy, 'title'>): string {
  return link.title ?? copy.title ?? defaultTitle(link);
}

function defaultTitle({ url, isGoogle }: InputLink): string {
  if (!isGoogle) return url.hostname;
  const id = /\/d\/(?:e\/)?([\w-]+)/.exec(url.pathname)?.[1] ?? url.searchParams.get('id') ?? 'google';
  return `sheet-${id.slice(0, 8)}`;
}

async function fetched(link: InputLink, { request, env, now }: LinkReading): Promise<LinkCopy> {
  const connections = openConnections({ api: 1, files: 1 }, proxiesOf(env));
  try {
    const signal = new AbortController().signal;
    const answer = await openListLink(link.url, { dispatcher: connections.files, maxBytes }, signal);
    if (answer.type === 'refused') throw refusal(link, answer.status, answer.why);
    return await received(link, answer, request.format, now());
  } catch (error) {
    throw error instanceof ListRefused ? refusal(link, null, error.message) : error;
  } finally {
    await connections.close();
  }
}

async function received(
  link: InputLink,
  { url, contentType, fileName, bytes }: Extract<ListAnswer, { type: 'list' }>,
  wanted: string | null,
  fetchedAt: Instant,
): Promise<LinkCopy> {
  const { path, head, sha256 } = await receiveCopy(bytes);
  try {
    if (isWebPage({ contentType, head })) throw webPage(link);
    const paths = [link.name, link.url.pathname, url.pathname];
    const format = wanted?.toLowerCase() ?? linkFormat({ paths, fileName, contentType, head });
    if (format === null) {
      const hint = 'Add --format csv, tsv, jsonl, json, txt or xlsx.';
      throw new UserError('input', `Cannot tell the format of ${link.name}.`, hint);
    }
    return {
      url: link.url.href,
      format: plainFormat(format),
      title: nameOf(fileName),
      sha256,
      fetchedAt,
      path,
    };
  } catch (error) {
    await discardCopy(path);
    throw error;
  }
}

function plainFormat(format: string): string {
  return format
    .replace(/^\./, '')
    .replace(/[^a-z]/g, '')
    .slice(0, 8);
}

/** `Prompts - Sheet1.csv`, as Google calls a sheet, is `Prompts`. */
function nameOf(fileName: string | null): string | null {
  const bare = (fileName ?? '').replace(/\.gz$/i, '').replace(/\.[a-z]{2,6}$/i, '');
  const name = bare.replace(/ - [^-]*$/, '').trim();
  return name === '' || slug(name) === '_' ? null : name;
}

const publish = 'Share it as "Anyone with the link", or download it: File › Download › .csv.';

function refusal(link: InputLink, status: number | null, why: string): UserError {
  const isClosed = status === 401 || status === 403 || status === 404 || status === 410;
  if (link.isGoogle && isClosed) return notPublic(link);
  const subject = link.url.hostname;
  const reason = isClosed ? `: it does not exist or is not public` : '';
  return new UserError(
    'input',
    `Cannot read ${link.name}: ${subject} ${why}${reason}.`,
    'Download the list and give the file.',
  );
}

function webPage(link: InputLink): UserError {
  if (link.isGoogle) return notPublic(link);
  const hint = 'Give the download link of the list itself, or download it and give the file.';
  return new UserError('input', `${link.name} is a web page, not a list of prompts.`, hint);
}

function notPublic({ name }: InputLink): UserError {
  return new UserError('input', `The sheet ${name} is not public.`, publish);
}
