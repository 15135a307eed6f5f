import type { Access } from '../../app/access/endpoint.ts';
import { webhookVariable } from '../../app/callbacks/webhook-base.ts';
import { UserError } from '../../core/complaints.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import { ledgerVariable, withoutPassword, withoutPasswords } from '../../core/sharing/named-ledger.ts';
import { quoted } from '../../core/shell-words.ts';
import type { System } from '../system.ts';
import type { Flags } from './flag-names.ts';
import { text } from './settings.ts';

/** How the address of a receiver is named where a command is told: it is a secret, which the environment may hold. */
const addressAgain = `--webhook-base "$${webhookVariable}"`;

const option = /^--webhook-?base(=|$)/i;

/** A command line as it may be told, to be run again. */
export function toldCommand(argv: readonly string[]): string {
  const words = argv.flatMap((word, at) => {
    if (option.test(word)) return [addressAgain];
    return isValue(argv, at) ? [] : [quoted(withoutPassword(word))];
  });
  return ['rcb', ...words].join(' ');
}

/** An error without the address of a receiver and the password of a ledger, should it repeat what was typed. */
export function toldError(error: unknown, { argv, env }: Pick<System, 'argv' | 'env'>): unknown {
  const addresses = argv.flatMap((word, at) => {
    if (isValue(argv, at)) return [word];
    return option.test(word) && word.includes('=') ? [word.slice(word.indexOf('=') + 1)] : [];
  });
  const databases = [...argv, env[ledgerVariable] ?? ''].flatMap(databaseIn);
  if (!(error instanceof Error) || (addresses.length === 0 && databases.length === 0)) return error;
  const [withoutAddresses, withoutKeys] = [withoutSecrets(addresses, '…'), withoutPasswords(databases)];
  const clean = (text: string): string => withoutKeys(withoutAddresses(text));
  if (error instanceof UserError) {
    const hint = error.hint === null ? null : clean(error.hint);
    return new UserError(error.about, clean(error.message), hint, error.cause);
  }
  const told = new Error(clean(error.message));
  told.stack = clean(error.stack ?? error.message);
  return told;
}

function databaseIn(word: string): readonly string[] {
  const at = word.search(/postgres(?:ql)?:\/\//i);
  return at === -1 ? [] : [word.slice(at)];
}

/**
 * The options that every command which continues a folder must repeat. A folder alone never decides where a token is
 * sent, so an unusual address is repeated. Nor does it keep the profile, which may name the token or the receiver.
 */
export function accountAgain(flags: Flags, { secrets }: Pick<Access, 'secrets'>): readonly string[] {
  const [address, profile] = [text(flags, 'base-url'), text(flags, 'profile')];
  return [
    ...(address === null || secrets.length === 0 ? [] : [`--base-url ${quoted(address)}`]),
    ...(profile === null ? [] : [`--profile ${quoted(profile)}`]),
    ...(text(flags, 'webhook-base') === null ? [] : [addressAgain]),
  ];
}

function isValue(argv: readonly string[], at: number): boolean {
  const before = argv[at - 1] ?? '';
  return option.test(before) && !before.includes('=');
}
