#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

// The one file that names the process. It parses on every Node since 14, so that an old one gets a sentence.
const needed = [22, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `rcb needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}. Install a current Node from https://nodejs.org and try again.\n`,
  );
  process.exitCode = 78;
} else {
  refuseInspection();
  quietExperiments();
  holdYoungGeneration();
  const { keepCompiled } = await import('./app/compiled-program.ts');
  keepCompiled(process.env, process.geteuid?.() ?? null);
  const { program } = await import('./cli/program.ts');
  process.exitCode = await program({
    argv: process.argv.slice(2),
    env: process.env,
    // A stream is opened when it is first asked for, which takes some milliseconds each.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    pid: process.pid,
    nodeVersion: process.versions.node,
    execPath: process.execPath,
    mainPath: fileURLToPath(import.meta.url),
    exit: (code) => process.exit(code),
    onSignal(name, listener) {
      process.on(name, listener);
      return () => process.off(name, listener);
    },
    signalGroup(name) {
      // Windows has neither groups nor signals that a program could send to itself.
      if (process.platform === 'win32') process.emit(name);
      else process.kill(0, name);
    },
    killGroup(leader) {
      try {
        process.kill(-leader, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    },
  });
}

/*
 * Rows and events live briefly: in a young generation of 8 MB they take the collector a tenth of a run's time less than
 * in the smallest one, from which most of them pass into the old one. Beyond that, more of it takes only memory. V8 has
 * no such limit that could be set once it runs, so its growth is stopped there, and allowed again where it has shrunk.
 * No flag is set before that: Node compiles its own modules again wherever flags are not those it was built with.
 */
function holdYoungGeneration(): void {
  const maxBytes = 8 << 20;
  let isHeld = false;
  setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    // It has two halves of this size.
    const isLarge = (space?.space_size ?? 0) >= 2 * maxBytes;
    if (isLarge === isHeld) return;
    isHeld = isLarge;
    setFlagsFromString(`--semi-space-growth-factor=${isHeld ? 1 : 2}`);
  }, 100).unref();
}

// Node would open its inspector at this signal, where every user of the machine can read the token and run code.
function refuseInspection(): void {
  process.on('SIGUSR1', () => {});
}

// Node calls its built-in SQLite experimental, and undici its SOCKS5: that is not the user's concern.
function quietExperiments(): void {
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    const [warning] = args;
    const text = warning instanceof Error ? warning.message : String(warning);
    if (!/^(SQLite is an|SOCKS5 proxy support is) experimental/.test(text)) emit(...args);
  };
}
