import type { JobStatus } from '../core/job/job.ts';
import type { AlsoRow, ManifestError } from '../core/job/manifest.ts';
import type { Overview } from '../core/job/overview.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';

/** What the page knows of the run folder as a whole. Instants are ms since the epoch, money is in US dollars. */
export interface PageHead {
  /** The name of the run folder, for the title. */
  readonly name: string;
  /** The path of the run folder, as commands name it. */
  readonly dir: string;
  /** The browser stores stars and notes under this key, which stays the same if the folder is moved. */
  readonly folderKey: string;
  readonly madeAt: number;
  /** A run was in progress when the page was made. */
  readonly isRunning: boolean;
  /** All jobs of the run folder; the page may have only the first of them. */
  readonly jobCount: number;
  /** The model that commands need not name. */
  readonly defaultModel: string;
  /** The plan's axes, slowest first, with their values in the plan's order. */
  readonly axes: readonly PageAxis[];
  readonly overview: Overview;
  /** Made for other people, who have no run folder and need no commands. Absent: it is the page of a run folder. */
  readonly parcel?: { readonly hasCosts: boolean };
  /** The run folders that the page compares, the first of which the others are held against. Absent: it has one. */
  readonly compared?: readonly ComparedFolder[];
}

interface ComparedFolder {
  /** Different for each. */
  readonly label: string;
  /** Its path, as commands name it. */
  readonly dir: string;
}

export interface PageAxis {
  readonly name: string;
  readonly values: readonly JsonValue[];
}

/** A job as the page knows it. Jobs are in the plan's order, followed by those that are no longer in the plan. */
export interface PageJob {
  /** Its id. Where folders are compared, several may have it: then with a mark of the folder behind it. */
  readonly job: string;
  /** The label of its run folder, where several are compared. */
  readonly folder?: string;
  /** The label of its pair: the same for what is the same in several folders. */
  readonly pair?: string;
  readonly name: string | null;
  /** `file:line`. */
  readonly rows: readonly string[];
  readonly model: string;
  readonly state: JobStatus;
  /** Whether it is in the current plan. */
  readonly isPlanned: boolean;
  readonly rep: number;
  readonly parent: string | null;
  /** By the names that people gave. */
  readonly input: JsonObject;
  /** From such a name to the key of the input; absent: all go by their keys. */
  readonly names?: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Other rows for the same job, with another id or other tags. */
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
  /** The cost follows from how long a machine worked; absent: the server named it. */
  readonly costEstimated?: true;
  readonly outputs: readonly PageOutput[];
  /** The runner that has its files, in a folder of its own; absent: they were saved in this one. */
  readonly runner?: string;
  readonly error: ManifestError | null;
  /** Which parts of the result could not be saved, in sentences. */
  readonly notes: readonly string[];
  /** The file with the server's answer, if no output could be taken from it; a path like those of outputs. */
  readonly answer: string | null;
}

export interface PageOutput {
  /** Relative to the page, with `/`, not encoded as a URL. */
  readonly path: string;
  readonly bytes: number;
  readonly mime: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Its thumbnail, relative to the page; null: there is none (yet), show the file itself. */
  readonly thumb: string | null;
}
