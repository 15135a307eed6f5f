import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SimulatorOptions } from '../src/simulator/simulator.ts';

/** Lends a simulator of its own process for a piece of work. */
export async function withSimulator<T>(
  options: SimulatorOptions,
  work: (base: string) => Promise<T>,
): Promise<T> {
  const script = fileURLToPath(new URL('simulator-process.ts', import.meta.url));
  const simulator = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [base] = (await once(createInterface({ input: simulator.stdout }), 'line')) as [string];
    return await work(base);
  } finally {
    simulator.kill('SIGTERM');
  }
}
