import { exitCodes } from './exit.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Runs the command line and returns the exit code. Never throws. Each way loads only what it needs, since loading is
 * most of what a short command takes.
 */
export async function program(surroundings: Surroundings): Promise<number> {
  ignoreAbsence(surroundings.stdout);
  try {
    const said = await saidAlone(surroundings.argv);
    if (said !== null) {
      surroundings.stdout.write(said);
      return exitCodes.done;
    }
    ignoreAbsence(surroundings.stderr);
    const { parseArgv } = await import('./argv.ts');
    const called = await parseArgv(surroundings);
    if (called === null) return exitCodes.done;
    const { commands } = await import('./commands.ts');
    const command = await commands[called.name].load();
    return await command(called.call, surroundings);
  } catch (error) {
    const { complain } = await import('./complaint.ts');
    return complain(error, surroundings);
  }
}

/** What is said to an argument that needs no command line to be read; null: there is more to do. */
async function saidAlone([only, ...more]: readonly string[]): Promise<string | null> {
  if (more.length > 0) return null;
  switch (only) {
    case '--version':
    case '-V':
    case 'version':
      return `${(await import('./version.ts')).version()}\n`;
    case undefined:
    case '--help':
    case '-h':
    case 'help':
      return (await import('./help.ts')).help();
    default:
      return null;
  }
}

/** A reader that has gone away (`rcb ls | head`) must not bring down a run that is being paid for. */
function ignoreAbsence(stream: Surroundings['stdout']): void {
  stream.on('error', () => {});
}
