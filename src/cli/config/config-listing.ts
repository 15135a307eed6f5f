import { accessOf } from '../../app/access/endpoint.ts';
import { tokenVariables, usualAddress } from '../../app/access/usual.ts';
import { webhookVariable } from '../../app/callbacks/webhook-base.ts';
import { configFiles } from '../../app/config/config-places.ts';
import { ceilingUsd, ceilingVariable } from '../../app/spending-ceiling.ts';
import { UserError } from '../../core/complaints.ts';
import { ledgerVariable, withoutPassword } from '../../core/sharing/named-ledger.ts';
import type { SettingRow } from '../../report/settings/config-text.ts';
import type { Call } from '../argv/call.ts';
import type { FlagName, Flags } from '../argv/flag-names.ts';
import { accessRequestOf, batchRequestOf } from '../argv/requests.ts';
import { logLevelOf, runPoliciesOf } from '../argv/run-policies.ts';
import type { System } from '../system.ts';
import { flagsOf, settingsInEffect } from './config-applying.ts';
import { type ConfigKey, configKeys } from './config-keys.ts';
import type { Setting } from './config-values.ts';

interface Listing {
  readonly rows: readonly SettingRow[];
  readonly files: readonly string[];
}

/** Every setting as a run with these options and inputs would have it. Throws `UserError` for what is wrong in one. */
export function configListing(call: Call, system: System): Listing {
  runPoliciesOf(call.flags);
  logLevelOf(call.flags);
  batchRequestOf({ flags: call.flags, words: [] }, { ...system, argv: [] });
  const files = configFiles(call.words, system.env);
  const settings = new Map(settingsInEffect(call, files, system).map((each) => [each.flag, each]));
  const known = configKeys.filter(({ reach }) => reach !== 'nowhere');
  const rows = known.map((each) => rowOf(each, call, settings.get(each.flag) ?? null, system));
  const token = tokenRow({ ...flagsOf(settings.values()), ...call.flags }, system);
  return { rows: [...rows, token, ceilingRow(system)], files: files.map(({ path }) => path) };
}

function rowOf(
  { key, flag, about }: ConfigKey,
  { flags }: Call,
  setting: Setting | null,
  { env }: System,
): SettingRow {
  const given = flags[flag];
  if (given !== undefined) return { key, value: shown(flag, given), source: 'flag', from: `--${flag}` };
  if (setting !== null) {
    const { file, place, profile } = setting.entry;
    const source = profile === null ? file.owner : 'profile';
    return { key, value: shown(flag, setting.given), source, from: `${file.path}:${place.key.line}` };
  }
  if (flag === 'webhook-base' && env[webhookVariable]) {
    return { key, value: notShown, source: 'environment', from: webhookVariable };
  }
  if (flag === 'ledger' && env[ledgerVariable]) {
    const value = withoutPassword(env[ledgerVariable]);
    return { key, value, source: 'environment', from: ledgerVariable };
  }
  const address = usualAddress(env);
  if (flag === 'base-url' && address.variable !== null) {
    return { key, value: address.href, source: 'environment', from: address.variable };
  }
  const usual =
    flag === 'base-url'
      ? address.href
      : (about.usual ?? (about.type === 'boolean' ? String(about.hidden === true) : null));
  // Those of the token and the ledger are names of variables.
  const isNamed = flag === 'token-file' || flag === 'ledger';
  return { key, value: isNamed ? null : usual, source: 'built-in', from: null };
}

/** Where the token comes from; never what it is. */
function tokenRow(flags: Flags, system: System): SettingRow {
  const key = 'token';
  try {
    const { tokenFrom: from = null } = accessOf(accessRequestOf(flags, system));
    if (from === null) return { key, value: null, source: 'built-in', from };
    const source = tokenVariables.includes(from) ? 'environment' : 'user';
    return { key, value: notShown, source, from };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { key, value: null, source: 'user', from: error.message };
  }
}

function ceilingRow({ env }: System): SettingRow {
  const usd = ceilingUsd(env);
  const source = usd === null ? 'built-in' : 'environment';
  const from = usd === null ? null : `${ceilingVariable}, above every max_cost`;
  return { key: ceilingVariable, value: usd === null ? null : String(usd), source, from };
}

const notShown = 'not shown';

/** That of the receiver is a secret, and so is a password in that of the ledger. */
function shown(flag: FlagName, given: Setting['given']): string {
  if (flag === 'ledger') return withoutPassword(told(given));
  return flag === 'webhook-base' ? notShown : told(given);
}

const told = (given: Setting['given']): string => (Array.isArray(given) ? given.join(' · ') : String(given));
