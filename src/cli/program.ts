import type { Call } from './argv/call.ts';
import { type CommandName, commands } from './argv/commands.ts';
import { plainCall } from './argv/plain-call.ts';
import { configured } from './config/configured.ts';
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
    return await command(await withFiles(name, call, system), system);
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
  if (!('profile' in flags) || name === 'config') return call;
  return configured({ takesInputs: name === 'run' || name === 'plan', flags }, call, system);
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
