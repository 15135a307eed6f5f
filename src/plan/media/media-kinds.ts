export type MediaKind = 'image' | 'video' | 'audio';

export interface MediaType {
  readonly mime: string;
  /** Without a dot. */
  readonly extension: string;
}

const png = { mime: 'image/png', extension: 'png' };
const jpeg = { mime: 'image/jpeg', extension: 'jpg' };
const gif = { mime: 'image/gif', extension: 'gif' };
const webp = { mime: 'image/webp', extension: 'webp' };
const avif = { mime: 'image/avif', extension: 'avif' };
const mp4 = { mime: 'video/mp4', extension: 'mp4' };
const mov = { mime: 'video/quicktime', extension: 'mov' };
const webm = { mime: 'video/webm', extension: 'webm' };
const mp3 = { mime: 'audio/mpeg', extension: 'mp3' };
const wav = { mime: 'audio/wav', extension: 'wav' };
const m4a = { mime: 'audio/mp4', extension: 'm4a' };

/** The major brand of an ISO container; null: a kind that models do not take. All others are taken for mp4. */
const byBrand: Readonly<Record<string, MediaType | null>> = {
  avif,
  avis: avif,
  'qt  ': mov,
  'M4A ': m4a,
  'M4B ': m4a,
  heic: null,
  heix: null,
  hevc: null,
  mif1: null,
  msf1: null,
  'crx ': null,
};

/** For messages. */
export const knownMedia = 'png, jpeg, webp, gif, avif, mp4, webm, mov, mp3, wav and m4a';

/** How many bytes from the start of a file `mediaTypeOf` looks at. */
export const mediaHeadBytes = 128;

/** By the first bytes of a file, whatever its name is; null where they are of no kind known here. */
export function mediaTypeOf(head: Uint8Array): MediaType | null {
  const text = Buffer.from(head.subarray(0, mediaHeadBytes)).toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return png;
  if (text.startsWith('\xff\xd8\xff')) return jpeg;
  if (/^GIF8[79]a/.test(text)) return gif;
  if (/^RIFF[\s\S]{4}WEBP/.test(text)) return webp;
  if (/^(?:RIFF|RF64)[\s\S]{4}WAVE/.test(text)) return wav;
  if (text.startsWith('\x1a\x45\xdf\xa3')) return text.includes('webm') ? webm : null;
  if (text.startsWith('ID3') || /^\xff[\xf2\xf3\xfa\xfb]/.test(text)) return mp3;
  if (text.slice(4, 8) === 'ftyp') {
    const brand = text.slice(8, 12);
    return Object.hasOwn(byBrand, brand) ? (byBrand[brand] as MediaType | null) : mp4;
  }
  // Before there were brands, QuickTime files began with their parts.
  return /^(?:moov|wide|mdat)$/.test(text.slice(4, 8)) ? mov : null;
}

/** `image` for `image/png`. */
export function mediaKindOf(mime: string): MediaKind | null {
  const [kind] = mime.split('/');
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : null;
}
