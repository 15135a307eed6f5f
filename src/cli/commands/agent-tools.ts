import { ceilingUsd } from '../../app/spending-ceiling.ts';
import { UserError } from '../../core/complaints.ts';
import { skillText } from '../../report/skill-text.ts';
import type { Call } from '../argv/call.ts';
import { text, texts } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import type { System } from '../system.ts';

/** `rcb mcp`: a Model Context Protocol server on standard input and output, where nothing else is written. */
export async function mcpCommand({ flags, words }: Call, system: System): Promise<number> {
  const [extra] = words;
  if (extra !== undefined) {
    throw new UserError('usage', `Unexpected argument "${extra}".`, 'Name folders with --root DIR.');
  }
  const { env, pid, execPath, mainPath } = system;
  // A cap that is misspelt is known before the first call.
  ceilingUsd(env);
  const roots = texts(flags, 'root');
  const [baseUrl, tokenFile] = [text(flags, 'base-url'), text(flags, 'token-file')];
  const access = {
    ...(baseUrl === null ? {} : { baseUrl }),
    ...(tokenFile === null ? {} : { tokenFile }),
  };
  const [{ serveMcp }, { mcpPaths }] = await Promise.all([
    import('../../mcp/mcp-server.ts'),
    import('../../mcp/mcp-paths.ts'),
  ]);
  const paths = mcpPaths(roots.length === 0 ? ['.'] : roots);
  const setting = { env, pid, execPath, mainPath, access, paths };
  return interruptible(system, async (enough) => {
    await serveMcp(setting, system, enough);
    return exitCodes.done;
  });
}

/** `rcb skill`: what an agent has to know, as a SKILL.md. */
export async function skillCommand(_: Call, { stdout }: System): Promise<number> {
  stdout.write(skillText);
  return exitCodes.done;
}
