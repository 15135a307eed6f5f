import type { PageHead, PageJob } from '../../page-data.ts';

export type Mode = 'grid' | 'wall' | 'report';
export type Direction = 'left' | 'right' | 'up' | 'down';

/** Everything about the view that a link to it should keep: it stands in the URL's hash. */
export interface ViewState {
  readonly mode: Mode;
  /** Keys of the columns and rows of the grid, and of the axes that each of them is repeated for; null: none. */
  readonly x: string | null;
  readonly y: string | null;
  readonly superX: string | null;
  readonly superY: string | null;
  /** By key: the values that are hidden, as texts. */
  readonly hidden: Readonly<Record<string, readonly string[]>>;
  /** Searched for in prompts. */
  readonly search: string;
  readonly starredOnly: boolean;
  readonly wallOrder: 'newest' | 'prompt' | 'plan';
  /** Width of a cell in CSS pixels. */
  readonly cellWidth: number;
  /** The job that the lightbox shows; null: it is closed. */
  readonly open: string | null;
  /** Which of its files, from 0. */
  readonly file: number;
  /** The jobs laid aside to be compared, four at most. */
  readonly compared: readonly string[];
  readonly isComparing: boolean;
}

/** What the parts of the page share. */
export interface App {
  readonly head: PageHead;
  /** In the plan's order. */
  readonly jobs: readonly PageJob[];
  readonly picks: Picks;
  jobOf(id: string): PageJob | null;
  view(): ViewState;
  /** Changes the view and the URL's hash with it; `push` makes a step for the Back button. */
  go(change: Partial<ViewState>, how: 'push' | 'replace'): void;
  /** The listener is called after every change of the view. */
  onChange(listener: () => void): void;
  /** The jobs that pass search and filters, in the order in which the view shows them. */
  shown(): readonly PageJob[];
  /** The job next to this one: along columns (left, right) or rows (up, down) of the view; null at an edge. */
  beside(job: string, direction: Direction): PageJob | null;
  /** Further jobs in the same cell of the grid, itself among them. */
  cellmates(job: string): readonly PageJob[];
}

export interface Pick {
  readonly job: string;
  readonly isStarred: boolean;
  readonly note: string;
}

/** Stars and notes, kept by the browser. */
export interface Picks {
  of(job: string): Pick;
  star(job: string, isStarred: boolean): void;
  note(job: string, note: string): void;
  /** Every job that has a star or a note. */
  all(): readonly Pick[];
  onChange(listener: () => void): void;
  /** Why the browser does not keep them, as a sentence; null: it does. */
  trouble(): string | null;
}
