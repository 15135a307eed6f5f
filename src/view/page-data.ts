import type { JobStatus } from '../core/job/job.ts';
import type { AlsoRow, ManifestError } from '../core/job/manifest.ts';
import type { Overview } from '../core/job/overview.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';

/** What the page knows of the folder as a whole. Instants are ms since the epoch, money US dollars. */
export interface PageHead {
  /** The folder's own name, for the title. */
  readonly name: string;
  /** The folder as commands are to name it. */
  readonly dir: string;
  /** Under this the browser keeps stars and notes: the same for a folder that was moved, another for another folder. */
  readonly folderKey: string;
  readonly madeAt: number;
  /** A process was working on the folder when the page was made. */
  readonly isRunning: boolean;
  /** All jobs of the folder; the page may hold only the first of them. */
  readonly jobCount: number;
  /** The axes of the plan, slowest first, with their values in the plan's order. */
  readonly axes: readonly PageAxis[];
  readonly overview: Overview;
}

export interface PageAxis {
  readonly name: string;
  readonly values: readonly JsonValue[];
}

/** A job as the page knows it. Jobs stand in the plan's order, those that have left the plan last. */
export interface PageJob {
  readonly job: string;
  readonly name: string | null;
  /** `file:line`. */
  readonly rows: readonly string[];
  readonly model: string;
  readonly state: JobStatus;
  /** Whether the current plan asks for it. */
  readonly isPlanned: boolean;
  readonly rep: number;
  readonly parent: string | null;
  readonly input: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  /** The other rows that are this job, under another name or with other tags. */
  readonly also?: readonly AlsoRow[];
  readonly axes: Readonly<Record<string, JsonValue>>;
  readonly requestId: string | null;
  readonly attempts: number;
  readonly plannedAt: number | null;
  readonly submittedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly doneAt: number | null;
  readonly costUsd: number | null;
  readonly outputs: readonly PageOutput[];
  readonly error: ManifestError | null;
  /** What could not be taken of its result, in sentences. */
  readonly notes: readonly string[];
  /** The file with the server's answer, where that is all there is of a result; a path as those of outputs. */
  readonly answer: string | null;
}

export interface PageOutput {
  /** Relative to the page, with `/`, not yet encoded as a URL. */
  readonly path: string;
  readonly bytes: number;
  readonly mime: string;
  readonly width: number | null;
  readonly height: number | null;
  /** A small picture of it, relative to the page; null: there is none (yet), show the file itself. */
  readonly thumb: string | null;
}
