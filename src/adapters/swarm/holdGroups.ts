import type { Definition } from '../../snapshots/swarm/layout';
import { usersOf } from './volumeUse';
import type { SwarmService } from './wire';

/** Volumes that share services, and those services: stopped together, read, and brought back together. */
export interface HoldGroup {
  volumes: Definition[];
  services: SwarmService[];
}

/** Puts volumes into the smallest groups such that no service belongs to two of them. */
export function holdGroups(
  volumes: readonly Definition[],
  services: readonly SwarmService[],
): HoldGroup[] {
  const groups: HoldGroup[] = [];
  for (const volume of volumes) {
    const users = usersOf(services, volume.name);
    const shared = groups.filter((group) => group.services.some((one) => users.includes(one)));
    const merged: HoldGroup = {
      volumes: [...shared.flatMap((group) => group.volumes), volume],
      services: [...new Set([...shared.flatMap((group) => group.services), ...users])],
    };
    const first = shared[0];
    if (first === undefined) {
      groups.push(merged);
      continue;
    }
    groups[groups.indexOf(first)] = merged;
    for (const group of shared.slice(1)) groups.splice(groups.indexOf(group), 1);
  }
  return groups;
}
