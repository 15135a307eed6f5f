import { UserError } from '../../core/complaints.ts';
import { showUsd } from '../../core/money/prices.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { type Answer, type Broken, header, type Transport } from '../../core/transport.ts';
import { openConnections } from '../../http/connections.ts';
import { transportOver } from '../../http/exchange.ts';
import { networkWords } from '../../http/network-words.ts';
import type { AccessRequest } from '../access/access-request.ts';
import { type Access, accessOf } from '../access/endpoint.ts';
import { missingToken } from '../access/token.ts';
import { realClock } from '../real-clock.ts';
import { bad, doubtful, type Finding, good } from './findings.ts';

const [answerMs, balanceMs] = [6_000, 10_000];
const slowMs = 3_000;
const skewMs = 120_000;

/** Proxy, API, clock, token and balance, each as soon as it is known. Costs nothing, and ends in some seconds. */
export async function* apiFindings(request: AccessRequest): AsyncGenerator<Finding> {
  const access = accessIn(request);
  if ('check' in access) {
    yield access;
    return;
  }
  yield proxyFinding(access);
  const connections = openConnections({ api: 2, files: 1 }, access.proxies);
  try {
    const transport = transportOver(connections.api, realClock.now);
    const { end, tookMs } = await reached(access, transport);
    yield reachFinding(access, end, tookMs);
    if (end.type === 'answered') yield clockFinding(end, tookMs);
    yield tokenFinding(access);
    if (access.secrets.length > 0 && end.type === 'answered') yield await balanceFinding(access, transport);
  } finally {
    await connections.close();
  }
}

/** Address, token and proxies as they are set; a finding where one of them cannot be used. */
function accessIn(request: AccessRequest): Access | Finding {
  try {
    return accessOf(request);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return bad(
      error.about === 'token' ? 'token' : 'settings',
      error.message.replace(/\.$/, ''),
      error.hint ?? '',
    );
  }
}

function proxyFinding({ proxies }: Access): Finding {
  if (proxies === null) return good('proxy', 'none');
  const named = [...new Set([proxies.https, proxies.http])].filter(Boolean).map(withoutPassword);
  const except = proxies.except === '' ? '' : `, except ${proxies.except}`;
  return good('proxy', `${named.join(', ')}${except}`);
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  const hadOne = url.username !== '' || url.password !== '';
  [url.username, url.password] = ['', ''];
  return `${url.href}${hadOne ? ' (with a password)' : ''}`;
}

/** Without the token: any answer proves the way there. */
async function reached({ base }: Access, transport: Transport) {
  const call = { origin: base.origin, path: base.pathname, method: 'GET', headers: {}, body: null } as const;
  const from = realClock.now();
  const limits = { timeoutMs: answerMs, answerBytes: 1 << 20 };
  const end = await transport.exchange(call, limits, AbortSignal.timeout(answerMs));
  return { end, tookMs: realClock.now() - from };
}

function reachFinding({ base }: Access, end: Answer | Broken, tookMs: number): Finding {
  if (end.type === 'broken' && end.why !== 'too_long') {
    const why = end.words ?? networkWords(end.why === 'aborted' ? 'timeout' : end.why, base.host);
    const [what = why, own = 'check the network and --base-url'] = why.split('; ');
    return bad('API', `${base.host}: ${what}`, `${own.charAt(0).toUpperCase()}${own.slice(1)}.`);
  }
  const text = `${base.host} answers in ${Math.round(tookMs)} ms`;
  if (end.type === 'answered' && end.status >= 500) {
    return doubtful('API', `${text}, with HTTP ${end.status}`, 'Try again later; a run waits for it.');
  }
  return tookMs > slowMs
    ? doubtful('API', text, 'Expect slow runs, or try another network.')
    : good('API', text);
}

/** By the date of an answer, which is whole seconds old when it is written, and older when it arrives. */
function clockFinding({ headers }: Answer, tookMs: number): Finding {
  const there = Date.parse(header(headers, 'date') ?? '');
  if (Number.isNaN(there)) return good('clock', 'the API does not say the time, so it was not compared');
  const off = realClock.now() - there;
  if (Math.abs(off) <= skewMs + tookMs) return good('clock', 'agrees with the API');
  return doubtful(
    'clock',
    `${showDuration(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} the API`,
    'Set the clock (or turn on its synchronisation): certificates and times in logs depend on it.',
  );
}

function tokenFinding({ tokenFrom = null, loopback, provider }: Access): Finding {
  if (tokenFrom !== null) return good('token', `from ${tokenFrom}`);
  if (loopback) return good('token', 'none, and an API on this machine needs none');
  const { message, hint } = missingToken(provider.tokens);
  return bad('token', message.replace(/\.$/, ''), hint ?? '');
}

async function balanceFinding({ provider, base, token }: Access, transport: Transport): Promise<Finding> {
  try {
    const catalogue = await provider.catalogue({ base, token: token ?? '' }, transport);
    const usd = await catalogue.balanceUsd(AbortSignal.timeout(balanceMs));
    if (usd > 0) return good('balance', showUsd(usd));
    return doubtful('balance', `${showUsd(usd)}: it is empty`, 'Top up your account before a run.');
  } catch (error) {
    if (!(error instanceof UserError)) {
      return doubtful('balance', 'the API did not say in time', 'Try again later.');
    }
    const remedy =
      error.about === 'token' ? 'Store another token with rcb login.' : (error.hint ?? 'Try again later.');
    return bad(error.about === 'token' ? 'token' : 'balance', error.message.replace(/\.$/, ''), remedy);
  }
}
