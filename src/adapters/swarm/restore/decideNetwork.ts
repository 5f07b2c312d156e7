import { policyOf } from '../../../core/restoreChoices';
import type { Definition } from '../../../snapshots/swarm/layout';
import { isPredefinedNetwork } from '../../../snapshots/swarm/predefinedNetworks';
import { differsFrom, expectedOther } from './expected';
import { accepts, CODES } from './model';
import type { Decision, Planning } from './model';
import { beside } from './beside';
import { overlap, subnetsOf } from './subnets';

const ADDRESSES = /^IPAM\.Config/;

/** What a network gets. It can't be changed in place: replacing means removing it first. */
export function decideNetwork(definition: Definition, planning: Planning): Decision {
  const { name } = definition;
  // Every engine has its own, and services find it by its name.
  if (isPredefinedNetwork(definition)) return { action: 'leave' };
  const live = planning.live('network', name);
  const explicit = planning.choices.rename?.[definition.id];
  if (live === undefined && explicit === undefined) return create(definition, name, planning);
  const found = live === undefined ? [] : differences(definition, name, live, planning);
  if (live !== undefined && explicit === undefined && found.length === 0)
    return { action: 'leave' };
  const policy = policyOf(planning.choices, definition.id);
  if (policy === 'rename' || explicit !== undefined) {
    return beside(definition, planning, {
      same: (other) => differences(definition, other.name, other, planning, true).length === 0,
      create: (target) => ({ ...create(definition, target, planning, true), target }),
    });
  }
  if (policy === 'skip') return { action: 'conflict', code: CODES.differs, differences: found };
  const users = planning.target.networkUsers.get(name) ?? [];
  if (users.length > 0) {
    return {
      action: 'cannot',
      code: CODES.inUse,
      differences: found,
      reason: `A network can only be replaced when nobody uses it; ${list(users)} does.`,
    };
  }
  const made = create(definition, name, planning);
  if (made.action !== 'create') return { ...made, differences: found };
  return {
    ...made,
    action: 'update',
    differences: found,
    destructive: true,
    reason: 'It is removed and created as it was.',
  };
}

function differences(
  definition: Definition,
  name: string,
  live: Definition,
  planning: Planning,
  besides = false,
): string[] {
  const expected = expectedOther(definition, name, planning.source.names);
  const found = differsFrom(expected, live, planning.target.names);
  // Who let the engine choose other addresses has them.
  const isFree = besides || accepts(planning.choices, CODES.subnetTaken);
  return isFree ? found.filter((path) => !ADDRESSES.test(path)) : found;
}

function create(
  definition: Definition,
  target: string,
  planning: Planning,
  besides = false,
): Decision {
  const clash = takenSubnet(definition, target, planning);
  if (clash === undefined) return { action: 'create' };
  const { subnet, network } = clash;
  if (besides || accepts(planning.choices, CODES.subnetTaken)) {
    return {
      action: 'create',
      code: CODES.subnetTaken,
      reason: `Its subnet ${subnet} is that of ${network}: it gets other addresses.`,
    };
  }
  return {
    action: 'cannot',
    code: CODES.subnetTaken,
    acceptable: true,
    reason:
      `Its subnet ${subnet} is that of the network ${network}: the engine would create it and never bring it up. ` +
      'When this is accepted, it gets other addresses.',
  };
}

/** The network that has one of its addresses already; itself does not count. */
export function takenSubnet(
  definition: Definition,
  target: string,
  { target: { subnets } }: Planning,
) {
  for (const subnet of subnetsOf(definition.value)) {
    const clash = subnets.find((one) => one.network !== target && overlap(one.subnet, subnet));
    if (clash !== undefined) return { subnet, network: clash.network };
  }
  return undefined;
}

/** A few names, and how many more. */
export function list(names: readonly string[]): string {
  const more = names.length - 3;
  return names.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
