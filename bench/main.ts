// `npm run bench [NAME…]`: runs the suites one after another against the simulator in a process of its own. A table of
// each as text, then one line of JSON with all of them.
import { commands } from './commands.ts';
import { efficiency } from './efficiency.ts';
import { limits } from './limits.ts';
import { machines } from './machines.ts';
import { overhead } from './overhead.ts';
import { planning } from './planning.ts';
import { scale } from './scale.ts';
import { shared } from './shared.ts';
import { startUp } from './start-up.ts';
import type { Row, Suite } from './suite.ts';

const suites: readonly Suite[] = [
  commands,
  overhead,
  efficiency,
  limits,
  planning,
  scale,
  shared,
  startUp,
  machines,
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`There is no suite "${unknown}". There are: ${suites.map(({ name }) => name).join(', ')}.`);
  process.exit(64);
}

const tables: Record<string, readonly Row[]> = {};
for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n${suite.name}: ${suite.title}`);
  const rows = await suite.run();
  console.table(rows);
  tables[suite.name] = rows;
}
console.log(JSON.stringify({ node: process.version, ...tables }));
