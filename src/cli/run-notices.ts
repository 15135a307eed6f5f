import { platform } from 'node:os';
import { environmentWithoutTokens } from '../app/beside/child-environment.ts';
import { missingMeans, notifyDesktop } from '../app/beside/desktop.ts';
import { runNotifyCommand } from '../app/beside/notify-command.ts';
import { realClock } from '../app/real-clock.ts';
import type { JsonValue } from '../core/json.ts';
import { withoutSecrets } from '../core/secrets.ts';
import { jsonLine } from '../report/json-line.ts';
import { attention } from '../report/terminal/attention.ts';
import { cleaned, redacted } from '../report/terminal/redaction.ts';
import { plainText } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import { text, truth } from './argv/settings.ts';
import type { Output } from './output.ts';
import type { System } from './system.ts';

/** How a run ended, for whoever is not looking. */
export interface Notice {
  readonly text: string;
  /** For a command: the summary, or the error. */
  facts(): object;
  readonly exitCode: number;
  readonly dir: string;
  readonly outcome: string;
}

export interface Notices {
  /** The user has just touched the keyboard, and need not be called soon. */
  touched(): void;
  /** Calls the user in every way that was asked for. Never throws; says what went wrong. */
  send(notice: Notice): Promise<void>;
}

interface NoticePorts {
  readonly flags: Flags;
  readonly output: Output;
  readonly system: System;
  /** The user's token, which no child may have. */
  readonly secrets: readonly string[];
}

// Whoever has touched the keyboard within this time, or has only just started the run, is looking.
const looksForMs = 30_000;
const maxCommandMs = 30_000;

export function noticesOf({ flags, output, system, secrets }: NoticePorts): Notices {
  let touchedAt = realClock.now();
  const world = { platform: platform(), env: environmentWithoutTokens(system.env, secrets) };
  // The sentences of a server may repeat what it was sent.
  const clean = withoutSecrets(secrets, redacted);
  const command = text(flags, 'notify-cmd');
  const isDesktop = truth(flags, 'notify');
  const missing = isDesktop ? missingMeans(world) : null;
  if (missing !== null) output.warn(`${missing}\n`);

  function ring(notice: Notice): void {
    if (flags.bell === false || !output.terminal.live || output.quiet) return;
    if (flags.bell !== true && realClock.now() - touchedAt < looksForMs) return;
    output.terminal.stream.write(attention(notice.text, system.env));
  }

  async function onDesktop(notice: Notice): Promise<void> {
    if (!isDesktop || missing !== null) return;
    const trouble = await notifyDesktop({ title: 'rcb', text: notice.text }, world);
    if (trouble !== null) output.warn(`No desktop notification was shown. ${plainText(trouble)}\n`);
  }

  async function byCommand({ text: sentence, facts, dir, outcome, exitCode }: Notice): Promise<void> {
    if (command === null) return;
    const leaving = new AbortController();
    const releases = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
      system.onSignal(name, () => leaving.abort()),
    );
    const variables = {
      RCB_DIR: dir,
      RCB_OUTCOME: outcome,
      RCB_EXIT_CODE: String(exitCode),
      RCB_TEXT: sentence,
    };
    const env = { ...world.env, ...variables };
    const json = jsonLine(cleaned({ ...facts(), text: sentence } as unknown as JsonValue, clean) as object);
    try {
      const { killGroup } = system;
      const manner = {
        platform: world.platform,
        env,
        killGroup,
        maxMs: maxCommandMs,
        leaving: leaving.signal,
      };
      const trouble = await runNotifyCommand(command, json, manner);
      if (trouble !== null) output.warn(`The command of --notify-cmd ${plainText(trouble)}\n`);
    } finally {
      for (const release of releases) release();
    }
  }

  return {
    touched() {
      touchedAt = realClock.now();
    },
    async send(notice) {
      ring(notice);
      await Promise.all([onDesktop(notice), byCommand(notice)]);
    },
  };
}
