import { once } from 'node:events';
import { openReceiver } from '../../../app/callbacks/receiver.ts';
import { UserError } from '../../../core/complaints.ts';
import { countOf } from '../../../core/counts.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { text, wholeNumber } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import { folderOf } from '../../folders.ts';
import type { System } from '../../system.ts';

const maxPort = 65_535;

/** `rcb receive [DIR]`: keeps what the API tells of submissions, until it is told to stop. */
export async function receiveCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout, stderr } = system;
  const file = text(flags, 'file');
  if (file !== null && words.length > 0) {
    throw new UserError(
      'usage',
      `Callbacks are kept in ${file} or in ${words[0]}, not in both.`,
      'Leave out --file or the folder.',
    );
  }
  const port = wholeNumber(flags, 'port', 8788, 0);
  if (port > maxPort) {
    throw new UserError('usage', `--port "${port}" is not a port.`, `Give a number up to ${maxPort}.`);
  }
  const receiver = await openReceiver({
    dir: file === null ? folderOf(words) : null,
    file,
    host: text(flags, 'host') ?? '127.0.0.1',
    port,
    publicUrl: text(flags, 'public-url'),
    secretFile: text(flags, 'secret-file'),
    env: system.env,
    warn: (sentence) => void stderr.write(`${plainText(sentence)}\n`),
  });
  const asked = new AbortController();
  const releases = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
    system.onSignal(name, () => asked.abort()),
  );
  stdout.write(`${receiver.base}\n`);
  stderr.write(
    `Callbacks are kept in ${plainText(receiver.file)}. The address above is a secret. Ctrl-C ends the receiver.\n` +
      (receiver.isUsable
        ? `  rcb run … --webhook-base ${plainText(receiver.base)}\n`
        : 'An API takes only https:// addresses: name that of your proxy with --public-url.\n'),
  );
  await once(asked.signal, 'abort');
  for (const release of releases) release();
  await receiver.close();
  stderr.write(`${countOf(receiver.heard(), 'callback')} kept.\n`);
  return exitCodes.done;
}
