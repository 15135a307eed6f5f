import { type BodyLimits, type MediaKind, megabytes } from '../../core/media.ts';

export type LinkedKind = MediaKind | 'file';

/** What a head says about the file behind a link. */
export interface MediaHead {
  readonly status: number;
  readonly contentType: string | null;
  /** The length of the whole file; null: the server does not say. */
  readonly bytes: number | null;
}

/** `fault`: the API will not take it. `warning`: it may. Each is the end of a sentence that begins with the link. */
export interface Judgement {
  readonly fault: string | null;
  readonly warning: string | null;
}

const fine: Judgement = { fault: null, warning: null };
export const faulty = (fault: string): Judgement => ({ fault, warning: null });
const doubtful = (warning: string): Judgement => ({ fault: null, warning });

interface KindRule {
  readonly noun: string;
  readonly types: RegExp;
}

const kinds = {
  image: { noun: 'an image', types: /^image\// },
  video: {
    noun: 'a video',
    types: /^(video\/|application\/(mp4|ogg|x-matroska)$)/,
  },
  // Audio is often served as the video type of its container.
  audio: {
    noun: 'an audio file',
    types: /^(audio\/|application\/(mp4|ogg)$|video\/(mp4|webm|ogg)$)/,
  },
  file: { noun: 'a file', types: /^/ },
} as const satisfies Record<LinkedKind, KindRule>;

// What servers say about a file whose type they do not know.
const sayNothing =
  /^(application|binary)\/(octet-stream|x-octet-stream|x-binary|force-download|x-download|binary)$/;
const pages = /^(text\/html|application\/xhtml\+xml)$/;

/** What the API would find behind a link, by the head of an answer that is not a redirect. */
export function judgeMedia(kind: LinkedKind, head: MediaHead, limits: BodyLimits['media']): Judgement {
  const { status } = head;
  if (status === 401 || status === 403 || status === 407) {
    return faulty(`needs a login (HTTP ${status}); the API fetches it without one`);
  }
  if (status === 404 || status === 410) return faulty(`does not exist (HTTP ${status})`);
  if (status === 429)
    return doubtful('could not be checked: the rate limit of its host was reached (HTTP 429)');
  // 416: there is a file, but it has no first byte.
  if (status === 416) return faulty('is empty (HTTP 416)');
  if (status < 200 || status > 299) return faulty(`cannot be fetched (HTTP ${status})`);
  return judgeContent(head, kind, kind === 'file' ? null : limits[kind]);
}

function judgeContent(
  { contentType, bytes }: MediaHead,
  kind: LinkedKind,
  maxBytes: number | null,
): Judgement {
  const rule: KindRule = kinds[kind];
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (pages.test(type)) return faulty(`is a web page (${type}), not ${rule.noun}`);
  const unclear = type === '' || sayNothing.test(type);
  if (!unclear && !rule.types.test(type)) {
    return faulty(`is served as ${type.slice(0, 60).replace(/[^\w/+.-]+/g, ' ')}, which is not ${rule.noun}`);
  }
  if (bytes !== null && maxBytes !== null && bytes > maxBytes) {
    return faulty(`is ${megabytes(bytes)}; ${rule.noun} may have at most ${megabytes(maxBytes)}`);
  }
  if (!unclear || kind === 'file') return fine;
  const served = type === '' ? 'without a type' : `as ${type}`;
  return doubtful(`is served ${served}, so that it may not be ${rule.noun}`);
}
