import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from '../../core/environment.ts';
import { realClock } from '../real-clock.ts';

/** A program that shows a notification. Texts are arguments or variables: no shell ever reads them. */
interface Means {
  readonly program: string;
  readonly args: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

interface Notification {
  readonly title: string;
  /** On one line, without control characters. */
  readonly text: string;
}

interface DesktopWorld {
  readonly platform: NodeJS.Platform;
  /** For the child; holds no token. */
  readonly env: Record<string, string>;
}

const maxMs = 10_000;

/** What to install so that notifications can be shown; null: there is a program for it. */
export function missingMeans({ platform, env }: DesktopWorld): string | null {
  const means = meansOf({ title: '', text: '' }, { platform, env });
  if (means.some(({ program }) => isThere(program, env))) return null;
  const install =
    platform === 'linux'
      ? 'Install notify-send (Debian and Ubuntu: apt install libnotify-bin; Fedora: dnf install libnotify), or use --notify-cmd.'
      : 'Use --notify-cmd instead.';
  return `--notify finds no program that shows desktop notifications. ${install}`;
}

/** Shows a notification by the first means that works. Resolves with why there was none, else with null. */
export async function notifyDesktop(notification: Notification, world: DesktopWorld): Promise<string | null> {
  let why = 'There is no program for it.';
  for (const means of meansOf(notification, world)) {
    const trouble = await shownBy(means, world.env);
    if (trouble === null) return null;
    if (trouble !== 'absent') why = trouble;
  }
  return why;
}

function shownBy({ program, args, variables }: Means, env: Record<string, string>): Promise<string | null> {
  const child = spawn(program, args, {
    env: { ...env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const over = new AbortController();
  realClock.sleep(maxMs, over.signal).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  return new Promise<string | null>((resolve) => {
    child.on('error', () => resolve('absent'));
    child.on('close', (code) => {
      if (code === 0) resolve(null);
      else
        resolve(
          `${program} ended with ${code ?? 'a signal'}${said.trim() === '' ? '.' : `: ${said.trim().split('\n').at(-1)}`}`,
        );
    });
  }).finally(() => over.abort());
}

function meansOf({ title, text }: Notification, { platform, env }: DesktopWorld): readonly Means[] {
  switch (platform) {
    case 'darwin': {
      const script = [
        'on run argv',
        'display notification (item 2 of argv) with title (item 1 of argv)',
        'end run',
      ];
      return [
        { program: '/usr/bin/osascript', args: [...script.flatMap((line) => ['-e', line]), title, text] },
      ];
    }
    case 'win32':
      return [windowsMeans(powershellIn(env), title, text)];
    default: {
      const marked = [title, text.replace(/[&<>]/g, (sign) => entities[sign] ?? sign)] as const;
      const linux: Means[] = [
        { program: 'notify-send', args: ['--app-name=rcb', '--', ...marked] },
        { program: 'gdbus', args: [...gdbusCall, 'rcb', '0', '', ...marked.map(variant), '[]', '{}', '-1'] },
      ];
      // Linux inside Windows has no desktop of its own.
      if (env.WSL_DISTRO_NAME !== undefined) linux.push(windowsMeans('powershell.exe', title, text));
      return linux;
    }
  }
}

// The text of a notification is markup.
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const service = 'org.freedesktop.Notifications';
const gdbusCall = [
  ...['call', '--session', '--dest', service, '--object-path', '/org/freedesktop/Notifications'],
  ...['--method', `${service}.Notify`, '--'],
];

/** As a string of GVariant's notation, which `gdbus` reads its arguments in. */
function variant(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function windowsMeans(program: string, title: string, text: string): Means {
  const args = ['-NoProfile', '-NonInteractive', '-Command', toastScript];
  const passed = { WSLENV: 'RCB_NOTICE_TITLE:RCB_NOTICE_TEXT' };
  return { program, args, variables: { RCB_NOTICE_TITLE: title, RCB_NOTICE_TEXT: text, ...passed } };
}

const toastScript = `
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1)
$texts = $xml.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($xml.CreateTextNode($env:RCB_NOTICE_TITLE + ': ' + $env:RCB_NOTICE_TEXT))
$id = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($id).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`;

/** By its full path: Windows looks for a program in the working folder first, which may hold anything. */
export function powershellIn(env: Environment): string {
  const root =
    Object.entries(env).find(([name]) => name.toUpperCase() === 'SYSTEMROOT')?.[1] ?? 'C:\\Windows';
  return `${root}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`;
}

function isThere(program: string, env: Environment): boolean {
  const folders = isAbsolute(program) ? [''] : (env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
