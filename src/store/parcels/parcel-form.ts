/** A file that goes into a parcel. */
interface ParcelFile {
  /** Relative to the parcel, with `/`. */
  readonly name: string;
  /** Its time, in ms since the epoch; null: none is known. */
  readonly at: number | null;
  /** No fewer than it will have. */
  readonly maxBytes: number;
}

/** A parcel in the making: it has its name when it is whole, and not before. */
export interface Parcel {
  /** Resolves with the bytes of the file. */
  add(file: ParcelFile, pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** Adds to the end of the page. */
  page(text: string): Promise<void>;
  /** Resolves with the bytes of the parcel. `at`: the time of the page. */
  finish(at: number | null): Promise<number>;
  /** Removes what was written, if it has no name yet. Never throws. */
  discard(): void;
}

export const parcelPage = 'index.html';
