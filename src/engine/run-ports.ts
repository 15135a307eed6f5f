import type { Job, JobId } from '../core/job/job.ts';
import type { MachineTerms } from '../core/money/machine-time.ts';
import type { PastLatencies } from '../core/pacing/latencies.ts';
import type { RunControls } from '../core/pacing/run-controls.ts';
import type { Clock, Dice, FilePlace, FileStore, Ledger, Observer, Stop } from '../core/ports.ts';
import type { ProviderClient } from '../core/provider.ts';
import type { SharedAccount } from '../core/sharing/gate.ts';
import type { Admission } from './admission.ts';

/** What a run gives the wrappers around its ports: someone to tell, and when to stop repeating. */
export interface WrapperPorts {
  readonly observe: Observer;
  readonly stop: Stop;
  /** Whether the API answers nothing at all: failures meanwhile do not count towards the number of retries. */
  readonly isAway: () => boolean;
}

/** What a run is given. */
export interface Ports {
  /** One call each: the engine itself repeats what fails, when it sees fit. */
  readonly api: ProviderClient;
  /** Reads of results, repeated until they succeed or cannot. */
  readonly results: (ports: WrapperPorts) => Pick<ProviderClient, 'result'>;
  readonly files: (ports: WrapperPorts) => FileStore;
  /** Where files are put besides the run folder before a job is done; left out: nowhere. */
  readonly place?: (ports: Pick<WrapperPorts, 'observe'>) => FilePlace;
  readonly ledger: Ledger;
  /** null: there is no spending cap. */
  readonly admission: Admission | null;
  /** Left out: nobody else has requests of the account in flight, as far as is known. */
  readonly account?: SharedAccount;
  /** The base price of a job in dollars; null, or no function: unknown. */
  readonly priceOf?: (job: Job) => number | null;
  /** How the machines of a model are paid; null, or no function: they are not, or it is unknown. */
  readonly machinesOf?: (model: string) => MachineTerms | null;
  /** What the user changes meanwhile; left out: nothing. */
  readonly controls?: Pick<RunControls, 'isPaused' | 'concurrency' | 'attach'>;
  /** Jobs whose files the server has probably deleted by now; left out: none. */
  readonly expired?: ReadonlySet<JobId>;
  /** Latencies that earlier runs measured. */
  readonly past: PastLatencies;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
}
