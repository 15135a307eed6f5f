import { keptUsuallyMs } from '../../simulator/deployments/deployment-options.ts';
import { parseFaults } from '../../simulator/faults/fault-rules.ts';
import { parseLatency } from '../../simulator/faults/latency.ts';
import { retryHints } from '../../simulator/faults/pace-refusals.ts';
import { simulatedPriceUsd } from '../../simulator/simulated-models.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { outputForms, tokenRefusals, wordings } from '../../simulator/simulator-options.ts';

/** What the simulator can be asked for, in the words of its options. */
export const simulationWords = { retryHints, outputForms, tokenRefusals, wordings } as const;

/** What a job of the usual model costs there, in dollars. */
export const usualPriceUsd = simulatedPriceUsd;

/** How long the files of deployments are kept there. */
export const filesKeptUsuallyMs = keptUsuallyMs;

/** The simulator's options, with latency and faults as texts. */
export interface SimulationRequest extends Omit<SimulatorOptions, 'latency' | 'faults'> {
  readonly latencyText: string | null;
  readonly faultsText: string;
}

/** Starts the simulator. Throws `UserError` (`usage`) for a text that it cannot read. */
export function simulate({ latencyText, faultsText, ...options }: SimulationRequest): Promise<Simulator> {
  return startSimulator({
    ...options,
    ...(latencyText === null ? {} : { latency: parseLatency(latencyText) }),
    faults: parseFaults(faultsText),
  });
}
