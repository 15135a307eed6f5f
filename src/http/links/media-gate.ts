import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../addresses.ts';

// Addresses that are reachable only from this machine, if at all.
const unreachable = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  unreachable.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  unreachable.addSubnet(net, prefix, 'ipv6');
}

/** Whether the host is an address of a private network or of this machine, or a name for this machine. */
export function isPrivateHost({ hostname }: URL): boolean {
  if (/(^|\.)localhost\.?$/.test(hostname)) return true;
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && unreachable.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Why a link is not even requested, as the end of a sentence that begins with it; null: it may be. */
export function mediaLinkFault(url: URL, allowsLoopback: boolean): string | null {
  if (allowsLoopback && isLoopback(url) && /^https?:$/.test(url.protocol)) return null;
  if (url.protocol !== 'https:') return 'is not an https link';
  if (url.username !== '' || url.password !== '') return 'contains a user name or a password';
  if (isPrivateHost(url)) return 'is on this machine or a private network, where the API cannot reach it';
  return null;
}
