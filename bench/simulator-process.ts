// The simulator in a process of its own, so that its work is not counted as ours. Its base URL is its first line.
import { startSimulator } from '../src/simulator/simulator.ts';

const [outputBytes = '2048'] = process.argv.slice(2);
const simulator = await startSimulator({
  slots: 100_000,
  latency: { kind: 'fixed', ms: 0 },
  outputBytes: Number(outputBytes),
});
console.log(simulator.baseUrl);
process.on('SIGTERM', () => void simulator.close());
