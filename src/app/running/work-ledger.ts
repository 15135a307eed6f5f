import type { Environment } from '../../core/environment.ts';
import type { Ledger, Observer } from '../../core/ports.ts';
import type { ProviderClient } from '../../core/provider.ts';
import type { SharedAccount } from '../../core/sharing/gate.ts';
import type { Admission } from '../../engine/admission.ts';
import type { InputFile, InputFiles } from '../../store/files/input-files.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';
import type { Access } from '../access/endpoint.ts';
import type { RunPolicy } from '../policies.ts';
import type { Stopper } from './stopper.ts';

/** The ledger of a run folder, as a run has it. */
export interface WorkLedger extends RunLedger {
  /** Absent: the run is this folder's alone. */
  readonly sharing?: Sharing;
}

/** What a run that works on a shared run has to tell of itself. */
export interface SharedWork {
  readonly access: Access;
  readonly policy: RunPolicy;
  readonly stopper: Stopper;
  readonly observe: Observer;
  readonly env: Environment;
}

/** What the engine gets to work on a shared run with. */
export interface JoinedWork {
  readonly ledger: Ledger;
  readonly admission: Admission | null;
  readonly account: SharedAccount;
  /** To be put around the client that sends submissions, with nothing that takes time between the two. */
  fresh(api: ProviderClient): ProviderClient;
  /** Hears the events of the run. */
  hear: Observer;
  /** Tells the others what is still to be told, and gives them the jobs back. */
  close(): Promise<void>;
}

/** What is otherwise where several machines share the run of a folder. */
export interface Sharing {
  /** For others on this machine: no log may show these. */
  readonly secrets: readonly string[];
  /** Makes a plan that `take` takes into the folder that of the shared run. Throws `PlanMoved`. */
  adopt(record: PlanRecord, take: () => void): Promise<void>;
  /** Gives the files that jobs send to all runners. */
  putInputs(files: Iterable<InputFile>): Promise<void>;
  /** The files of the folder that jobs send, fetched into it where another runner has given them. */
  inputs(own: InputFiles): InputFiles;
  /** The ledger to work on together with the others. */
  work(terms: SharedWork): Promise<JoinedWork>;
}

/** Another machine has changed the plan of a shared run since it was compared with. */
export class PlanMoved extends Error {
  override readonly name = 'PlanMoved';
}

/** Takes a plan into a folder, and where its run is shared into that. Throws `PlanMoved`. */
export async function adoptInto(ledger: WorkLedger, record: PlanRecord, take: () => void): Promise<void> {
  if (ledger.sharing === undefined) take();
  else await ledger.sharing.adopt(record, take);
}
