import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/support/postgres-server.ts';
import { measuredRcb } from './measured-rcb.ts';
import { type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

const sizes = [10_000, 100_000, 1_000_000];
// A run that its time limit ends has not finished.
const unfinished = 75;

async function writeRows(path: string, count: number): Promise<void> {
  const stream = createWriteStream(path);
  stream.write('prompt,seed,style,Category\n');
  for (let row = 0; row < count; row += 1) {
    const text = `"a lighthouse in a storm, number ${row}, morning light",${row},anime,c${row % 12}\n`;
    if (!stream.write(text)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** One machine plans so many rows into the ledger, another one pulls them, and again when there is nothing new. */
async function measured(rows: number, ledger: string, base: string): Promise<Row> {
  const [one, other] = ['one', 'other'].map((name) => mkdtempSync(join(tmpdir(), `rcb-shared-${name}-`))) as [
    string,
    string,
  ];
  const name = `rows-${rows}`;
  try {
    await writeRows(join(one, `${name}.csv`), rows);
    const run = ['run', `${name}.csv`, '--base-url', base, '--ledger', ledger, '--no-view', '-y'];
    const planned = await measuredRcb([...run, '--max-duration', '1ms'], one, [0, unfinished]);
    const pull = ['pull', name, '--ledger', ledger];
    const pulled = await measuredRcb(pull, other);
    const again = await measuredRcb(pull, other);
    return {
      rows,
      plan_s: rounded(planned.ms / 1_000, 1),
      plan_peak_mb: Math.round(planned.peakMb),
      pull_s: rounded(pulled.ms / 1_000, 1),
      pull_peak_mb: Math.round(pulled.peakMb),
      pull_again_s: rounded(again.ms / 1_000, 2),
    };
  } finally {
    for (const folder of [one, other]) rmSync(folder, { recursive: true });
  }
}

export const shared: Suite = {
  name: 'shared',
  title: 'planning rows into PostgreSQL, and pulling them on another machine: time and peak memory of rcb',
  run: () =>
    withSimulator({ latency: { kind: 'fixed', ms: 0 }, outputBytes: 2_048 }, async (base) => {
      const server = await startPostgres();
      try {
        const rows: Row[] = [];
        for (const count of sizes) {
          const { url, drop } = await server.database();
          rows.push(await measured(count, url, base));
          await drop();
        }
        return rows;
      } finally {
        await server.close();
      }
    }),
};
