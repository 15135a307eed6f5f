import type { Readable, Writable } from 'node:stream';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { version } from '../app/version.ts';
import { UserError } from '../core/complaints.ts';
import type { JsonObject } from '../core/json.ts';
import { type McpToolName, mcpArguments, mcpDescriptions } from './mcp-arguments.ts';
import { type McpSetting, mcpTools, type ToolAnswer } from './mcp-tools.ts';

const instructions =
  'Runs prompts on hosted image and video models. Every submission is real money: call plan first, show the user count and price, agree on max_cost, then run, then wait until the outcome is not "running". To try anything free of charge, pass rehearse: true.';

/** Serves the Model Context Protocol on these streams until the client goes away. */
export async function serveMcp(
  setting: McpSetting,
  { stdin, stdout }: { readonly stdin: Readable; readonly stdout: Writable },
  enough: AbortSignal,
): Promise<void> {
  const transport = new StdioServerTransport(stdin, stdout);
  const handle = serveStdio(() => serverOf(setting), { transport });
  await new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
    enough.addEventListener('abort', () => resolve(), { once: true });
  });
  await handle.close();
}

function serverOf(setting: McpSetting): McpServer {
  const server = new McpServer(
    { name: 'runcomfy-batch', version: version() },
    { capabilities: { tools: {} }, instructions },
  );
  const tools = mcpTools(setting);
  for (const name of Object.keys(tools) as McpToolName[]) {
    const inputSchema = fromJsonSchema<JsonObject>(mcpArguments[name]);
    const spends = 'max_cost' in (mcpArguments[name].properties as JsonObject);
    const config = {
      description: mcpDescriptions[name],
      inputSchema,
      annotations: { readOnlyHint: !spends, destructiveHint: spends, openWorldHint: true },
    };
    server.registerTool(name, config, async (given, { mcpReq }) =>
      resultOf(await answered(() => tools[name](given, mcpReq.signal))),
    );
  }
  return server;
}

/** What goes wrong is an answer, too, in the words of the command. */
async function answered(act: () => Promise<ToolAnswer>): Promise<ToolAnswer> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UserError) {
      const { about, message, hint } = error;
      return { isError: true, answer: { error: { class: about, message, hint } } };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { isError: true, answer: { error: { class: 'bug', message, hint: 'Report this bug.' } } };
  }
}

function resultOf({ answer, isError, picture = null }: ToolAnswer) {
  const text = { type: 'text' as const, text: JSON.stringify(answer) };
  const image =
    picture === null
      ? []
      : [{ type: 'image' as const, data: picture.bytes.toString('base64'), mimeType: picture.mime }];
  return { content: [text, ...image], ...(isError === true ? { isError } : {}) };
}
