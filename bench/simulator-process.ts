// The simulator in a process of its own, so that its work is not counted as ours. Takes its options as JSON; its base
// URL is its first line.
import { type SimulatorOptions, startSimulator } from '../src/simulator/simulator.ts';

const [options = '{}'] = process.argv.slice(2);
const simulator = await startSimulator(JSON.parse(options) as SimulatorOptions);
console.log(simulator.baseUrl);
process.on('SIGTERM', () => void simulator.close());
