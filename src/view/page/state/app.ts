import type { PageHead, PageJob } from '../../page-data.ts';

export type Mode = 'grid' | 'wall' | 'report';
export type Direction = 'left' | 'right' | 'up' | 'down';

/** Everything about the view that a link to it keeps: it is written to the URL's hash. */
export interface ViewState {
  readonly mode: Mode;
  /** Keys of the grid's columns and rows, and of the axes that these are nested in; null: none. */
  readonly x: string | null;
  readonly y: string | null;
  readonly superX: string | null;
  readonly superY: string | null;
  /** By key: the labels of the values that are hidden. */
  readonly hidden: Readonly<Record<string, readonly string[]>>;
  /** Words to find in prompts. */
  readonly search: string;
  readonly starredOnly: boolean;
  readonly wallOrder: 'newest' | 'prompt' | 'plan';
  /** Width of a cell in CSS pixels. */
  readonly cellWidth: number;
  /** The job that the lightbox shows; null: it is closed. */
  readonly open: string | null;
  /** Index of the file of that job, from 0. */
  readonly file: number;
  /** The jobs to compare, at most four. */
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
  /** Changes the view and the URL's hash; `push` adds an entry to the browser's history. */
  go(change: Partial<ViewState>, how: 'push' | 'replace'): void;
  /** Calls the listener after every change of the view. */
  onChange(listener: () => void): void;
  /** The jobs that match the search and the filters, in the order in which the view shows them. */
  shown(): readonly PageJob[];
  /** The next job along the columns (left, right) or rows (up, down) of the view; null at an edge. */
  neighbour(job: string, direction: Direction): PageJob | null;
  /** All jobs in the same cell of the grid, this one included. */
  jobsInCell(job: string): readonly PageJob[];
}

/** A view of the results: the grid or the wall. */
export interface ResultsView {
  readonly element: HTMLElement;
  /** Scrolls to the first result and gives it the focus; false: there is none. */
  focusFirst(): boolean;
}

export interface Pick {
  readonly job: string;
  readonly isStarred: boolean;
  readonly note: string;
}

/** Stars and notes, stored by the browser. */
export interface Picks {
  of(job: string): Pick;
  star(job: string, isStarred: boolean): void;
  note(job: string, note: string): void;
  /** Adds the stars and notes of others to the user's own; neither loses any. Says how many are new. */
  merge(others: readonly Pick[]): { readonly stars: number; readonly notes: number };
  /** Shows these stars beside the user's own, without storing them. */
  link(jobs: readonly string[]): void;
  /** The jobs whose stars are only shown so. */
  linked(): readonly string[];
  keepLinked(): void;
  dropLinked(): void;
  /** Every job that has a star or a note. */
  all(): readonly Pick[];
  onChange(listener: () => void): void;
  /** Why the browser does not store them, as a sentence; null: it does. */
  trouble(): string | null;
}
