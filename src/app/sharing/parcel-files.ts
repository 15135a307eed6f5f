import type { SavedFile } from '../../core/job/job.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import { keyedInput, promptText } from '../../core/job/named-inputs.ts';
import type { JsonValue } from '../../core/json.ts';
import { parcelNames } from '../../core/parcel-names.ts';
import type { Splice } from '../../core/ports.ts';
import { recipeEmbedding } from '../../media/recipe/embedding.ts';
import { type FileInside, fileInside, openInside } from '../../store/files/files-inside.ts';
import type { Parcel } from '../../store/parcels/parcel-form.ts';
import { imageAnalyser } from '../../view/image-analysis.ts';
import type { PageOutput } from '../../view/page-data.ts';
import { recordWithoutPlaces } from '../../view/parcel-texts.ts';
import type { SmallImage } from '../../view/small-images.ts';
import { keyOf } from '../../view/thumbnail-names.ts';
import { openThumbnails, thumbsFolder } from '../../view/thumbnails.ts';
import { version } from '../version.ts';

/** A result that goes into the parcel, as far as it can be prepared beside others. */
interface PreparedFile {
  readonly file: SavedFile;
  /** In place of the file; null: the file itself. */
  readonly small: SmallImage | null;
}

const isPicture = ({ mime }: SavedFile): boolean => mime.startsWith('image/') && mime !== 'image/svg+xml';

/** Puts the results of a run folder into a parcel, each with its thumbnail. */
export async function parcelFiles(
  dir: string,
  parcel: Parcel,
  shrink: ((path: string) => Promise<SmallImage | null>) | null,
) {
  const nameOf = parcelNames();
  // Those that the folder has; others are made for the parcel alone, since others may own the folder.
  const thumbnails = openThumbnails(dir, null, () => {});
  const analyse = await imageAnalyser();
  const embed = recipeEmbedding(version());
  /** By key, null: there is none. */
  const thumbs = new Map<string, string | null>();
  let [files, missing, unchanged, recipes] = [0, 0, 0, 0];

  async function prepare(file: SavedFile): Promise<PreparedFile | null> {
    const place = fileInside(dir, file.path);
    if (place === null) {
      missing += 1;
      return null;
    }
    if (shrink === null || !isPicture(file)) return { file, small: null };
    const small = await shrink(place);
    if (small === null) unchanged += 1;
    return { file, small };
  }

  async function add({ file, small }: PreparedFile, line: ManifestLine): Promise<PageOutput | null> {
    const at = line.done_at === null ? null : Date.parse(line.done_at);
    const named = { path: file.path, job: line.job, title: titleOf(line), axes: textsOf(line.axes) };
    if (small !== null) {
      const { bytes, extension, mime, width, height } = small;
      const path = nameOf(named, extension);
      await parcel.add({ name: path, at, maxBytes: bytes.length }, once(bytes));
      files += 1;
      return { path, bytes: bytes.length, mime, width, height, thumb: await thumbOf(file, at) };
    }
    const opened = await openInside(dir, file.path);
    if (opened === null) {
      missing += 1;
      return null;
    }
    const path = nameOf(named);
    const splices = await cleaning(opened, file, line).catch(async (error) => {
      await opened.close();
      throw error;
    });
    const maxBytes = opened.bytes + splices.reduce((sum, { inserted }) => sum + inserted.byteLength, 0);
    const bytes = await parcel.add({ name: path, at, maxBytes }, opened.pieces(splices));
    files += 1;
    const { mime, width, height } = file;
    return { path, bytes, mime, width, height, thumb: await thumbOf(file, at) };
  }

  /** A recipe inside stays, but not what it says of the request and of places. */
  async function cleaning(
    opened: FileInside,
    { mime, original_sha256 }: SavedFile,
    line: ManifestLine,
  ): Promise<readonly Splice[]> {
    if (original_sha256 === null) return [];
    const { job, model, names, rep } = line;
    const input = recordWithoutPlaces(keyedInput(line).input);
    const recipe = { job, model, input, ...(names === undefined ? {} : { names }), rep, request_id: null };
    const splices = await embed(opened.read, opened.bytes, mime, recipe);
    if (splices !== null) recipes += 1;
    return splices ?? [];
  }

  async function thumbOf(file: SavedFile, at: number | null): Promise<string | null> {
    if (!isPicture(file)) return null;
    const key = keyOf(file);
    const known = thumbs.get(key);
    if (known !== undefined) return known;
    const made = await thumbFrom(file, key);
    if (made !== null) await parcel.add({ name: made.name, at, maxBytes: made.bytes }, made.pieces);
    thumbs.set(key, made?.name ?? null);
    return made?.name ?? null;
  }

  async function thumbFrom(file: SavedFile, key: string) {
    const own = thumbnails.of(file);
    const opened = own === null ? null : await openInside(dir, own);
    if (own !== null && opened !== null) {
      return { name: own, bytes: opened.bytes, pieces: opened.pieces([]) };
    }
    const place = fileInside(dir, file.path);
    const made = place === null || analyse === null ? null : await analyse(place);
    if (made === null) return null;
    const { thumbnail, type } = made;
    return { name: `${thumbsFolder}/${key}.${type}`, bytes: thumbnail.length, pieces: once(thumbnail) };
  }

  return { prepare, add, counts: () => ({ files, missing, unchanged, recipes }) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function textsOf(axes: Readonly<Record<string, JsonValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(axes).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function titleOf({ input, id }: ManifestLine): string {
  return promptText(input) || (id ?? '');
}
