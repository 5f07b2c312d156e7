import { BlockList, isIP } from 'node:net';
import { listAt, objectAt, textAt } from '../../../snapshots/swarm/jsonValues';

/** Subnets of a network, as the engine describes it. */
export function subnetsOf(network: unknown): string[] {
  return listAt(objectAt(network, 'IPAM'), 'Config').flatMap((config) => {
    const subnet = textAt(config, 'Subnet');
    return subnet === undefined || subnet === '' ? [] : [subnet];
  });
}

interface Range {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

function parse(subnet: string): Range | undefined {
  const [address = '', bits = ''] = subnet.split('/');
  const version = isIP(address);
  const prefix = Number(bits);
  if (version === 0 || !/^\d+$/.test(bits) || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function holds(range: Range, other: Range): boolean {
  const list = new BlockList();
  list.addSubnet(range.address, range.prefix, range.family);
  return list.check(other.address, other.family);
}

/** Whether two subnets in CIDR notation have an address in common; what is no subnet has none. */
export function overlap(one: string, other: string): boolean {
  const a = parse(one);
  const b = parse(other);
  if (a === undefined || b === undefined || a.family !== b.family) return false;
  // Of two that overlap, the wider holds the first address of the narrower.
  return a.prefix <= b.prefix ? holds(a, b) : holds(b, a);
}
