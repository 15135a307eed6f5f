import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../core/complaints.ts';
import { type ApiStage, apiCalls } from './api-origin.ts';
import { type Census, counting } from './census.ts';
import { deployments } from './deployments/deployments.ts';
import { conduct } from './faults/fault-conduct.ts';
import type { FaultRules } from './faults/fault-rules.ts';
import { outageWatch } from './faults/outages.ts';
import { type FileStage, fileAt, fileCalls, linksTo } from './file-origin.ts';
import { noJournal, openJournal } from './request-journal.ts';
import { refused } from './simulated-answers.ts';
import { outputCount } from './simulated-models.ts';
import { simulatedRequests } from './simulated-requests.ts';
import type { Call, Stage } from './simulated-stage.ts';
import { initialSettings, type Settings, type SimulatorOptions, settingsOf } from './simulator-options.ts';
import { steeringCall } from './steering.ts';
import { storedFiles } from './stored-files.ts';

export type { Census } from './census.ts';
export type { FaultRules } from './faults/fault-rules.ts';
export type { Latency } from './faults/latency.ts';
export type { SimulatorOptions } from './simulator-options.ts';

/** A running stand-in of the API. */
export interface Simulator {
  /** Origin of the API, without a trailing slash. */
  readonly baseUrl: string;
  /** Origin of the outputs. */
  readonly filesUrl: string;
  census(): Census;
  setFaults(rules: FaultRules): void;
  /** Changes the given options and leaves the rest. */
  setOptions(options: Partial<Settings>): void;
  /** Closes every connection and frees both ports. */
  close(): Promise<void>;
}

/** Starts both origins. Throws `UserError` for options that make no sense and ports that are taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = initialSettings(options);
  const seed = options.seed ?? 1;
  const now = options.clock ?? Date.now;
  const counts = counting();
  const journal = options.journal ? openJournal(options.journal) : noJournal;
  const requests = simulatedRequests(seed, settings, journal, counts);
  const outages = outageWatch(seed, counts);
  outages.follow(settings.faults.outage ?? [], now());
  const turns = new Map<string, number>();
  let [baseUrl, filesUrl] = ['', ''];

  const stage: Stage = {
    seed,
    settings,
    counts,
    outages,
    now,
    turnOf: (...words) => {
      const key = words.join('|');
      const turn = (turns.get(key) ?? 0) + 1;
      turns.set(key, turn);
      return turn;
    },
    filesUrl: () => filesUrl,
    fileBehind: (link) => fileAt(fileStage, link),
  };
  const deployed = deployments(stage, journal, counts);
  const apiStage: ApiStage = {
    ...stage,
    requests,
    deployments: deployed,
    apiUrl: () => baseUrl,
    linksOf: ({ id, model, input }, at) =>
      linksTo(
        { filesUrl, seed, now: at, lifetimeMs: settings.linkLifetimeMs },
        id,
        Array(outputCount(input)).fill(model.makes === 'video' ? 'output.mp4' : 'output.png'),
      ),
  };
  const fileStage: FileStage = { ...stage, filesOf: storedFiles(requests, deployed.requests, settings) };

  function setOptions(changes: Partial<Settings>): void {
    const read = settingsOf(changes);
    Object.assign(settings, read);
    if (read.faults !== undefined) outages.follow(read.faults.outage ?? [], now());
    requests.resize(settings.slots, now());
  }

  const apiCall = apiCalls(apiStage);
  const api = serving((req) => steeringCall(req, counts.census, setOptions) ?? apiCall(req), stage);
  const files = serving(fileCalls(fileStage), stage);
  const host = options.host ?? '127.0.0.1';
  filesUrl = await listening(files, host, 0);
  try {
    baseUrl = await listening(api, host, options.port ?? 0);
  } catch (error) {
    await closed(files);
    journal.close();
    throw error;
  }

  deployed.resume();

  return {
    baseUrl,
    filesUrl,
    census: counts.census,
    setFaults: (faults) => setOptions({ faults }),
    setOptions,
    async close() {
      deployed.webhooks.close();
      await Promise.all([closed(api), closed(files)]);
      journal.close();
    },
  };
}

const lost: Call = { endpoint: 'other', keyOf: () => '', perform: refused.path };

function serving(callOf: (req: IncomingMessage) => Call, stage: Stage): Server {
  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    const call = URL.canParse(req.url ?? '/', 'http://any') ? callOf(req) : lost;
    conduct(req, res, call, stage).catch((error: unknown) => {
      // A client that disconnects during its request is not our fault; anything else is a bug.
      if (req.errored || res.destroyed) return;
      res.destroy();
      server.emit('error', error);
    });
  });
  return server;
}

async function listening(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint = cause.code === 'EADDRINUSE' ? 'Choose another port, or 0 for any free one.' : null;
      reject(new UserError('usage', `The simulator cannot listen on ${host}:${port}.`, hint, cause));
    });
    server.listen({ host, port, backlog: 1_024 }, resolve);
  });
  server.removeAllListeners('error');
  const { port: given } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${given}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
