import type { Call } from './argv/call.ts';
import { type CommandName, commands } from './argv/commands.ts';
import { plainCall } from './argv/plain-call.ts';
import { configured, withOwnLedger } from './config/configured.ts';
import { exitCodes } from './exit.ts';
import type { System } from './system.ts';

/**
 * Runs the command line and returns the exit code. Never throws. Each way loads only what it needs, since loading is
 * most of what a short command takes.
 */
export async function program(system: System): Promise<number> {
  ignoreAbsence(system.stdout);
  try {
    const said = await saidAlone(system);
    if (said !== null) {
      system.stdout.write(said);
      return exitCodes.done;
    }
    ignoreAbsence(system.stderr);
    const { name, call } = await calledBy(system);
    const command = await commands[name].load();
    const whole = await withFiles(name, call, system);
    if (!takesLedger(name, whole, system)) return await command(whole, system);
    const { lendingLedger } = await import('./shared/lent-ledger.ts');
    return await lendingLedger(name, command, whole, system);
  } catch (error) {
    const { complain } = await import('./complaint.ts');
    return complain(error, system);
  }
}

/** What is said without yargs, whose loading takes several times as long as all else; null: there is more to do. */
async function saidAlone({ argv, stdout }: System): Promise<string | null> {
  const [only, ...more] = argv;
  if (more.length === 0 && ['--version', '-V', 'version'].includes(only ?? '')) {
    return `${(await import('../app/version.ts')).version()}\n`;
  }
  if (!asksForHelp(argv)) return null;
  const { helpFor } = await import('./argv/help.ts');
  return helpFor(argv, stdout.columns ?? maxHelpWidth);
}

async function calledBy(system: System) {
  const plain = plainCall(system.argv);
  if (plain !== null) return plain;
  const { parseArgv } = await import('./argv/argv.ts');
  return parseArgv(system);
}

/** With the settings of files, where the command has any use for them. */
async function withFiles(name: CommandName, call: Call, system: System): Promise<Call> {
  const { flags } = commands[name];
  if (name === 'config') return call;
  if ('profile' in flags)
    return configured({ takesInputs: name === 'run' || name === 'plan', flags }, call, system);
  if (!('ledger' in flags)) return call;
  return withOwnLedger({ takesInputs: false, flags }, call, system);
}

/** Whether the call is about runs that several machines share: nothing of that is loaded otherwise. */
function takesLedger(name: CommandName, { flags }: Call, { env }: System): boolean {
  return (
    name !== 'config' &&
    name !== 'doctor' &&
    'ledger' in commands[name].flags &&
    Boolean(flags.ledger ?? env.RCB_LEDGER)
  );
}

const maxHelpWidth = 100;
const helpWords: ReadonlySet<string> = new Set(['-h', '--help', '--help-all']);

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.length === 0 || own[0] === 'help' || own.some((word) => helpWords.has(word));
}

/** A reader that has gone away (`rcb ls | head`) must not bring down a run that is being paid for. */
function ignoreAbsence(stream: System['stdout']): void {
  stream.on('error', () => {});
}
