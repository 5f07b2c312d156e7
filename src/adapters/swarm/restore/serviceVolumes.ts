import { listAt, objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { namesVolume } from '../volumeUse';
import { list } from './decideNetwork';
import { CODES } from './model';
import type { Planning } from './model';

/** What stands in the way of a service; what can be accepted is asked. */
export interface Hindrance {
  code: string;
  reason: string;
  acceptable?: boolean;
}

/** Volumes that a service would not find as the backup had them. */
export function volumeHindrances(service: Definition, planning: Planning): Hindrance[] {
  return mountedNames(service).flatMap((source) => {
    const matching = planning.source.definitions.filter(
      ({ kind, name }) => kind === 'volume' && namesVolume(source, name),
    );
    const found = source.includes('{{')
      ? templateHindrance(source, matching, planning)
      : (missingHindrance(source, matching, planning) ??
        splitHindrance(source, matching, planning));
    return found ?? [];
  });
}

function missingHindrance(
  source: string,
  volumes: readonly Definition[],
  planning: Planning,
): Hindrance | undefined {
  const isThere = volumes.some((one) => nameOf(one, planning) !== undefined);
  if (volumes.length === 0 || isThere) return undefined;
  return {
    code: CODES.volumeMissing,
    acceptable: true,
    reason: `It mounts the volume ${source}, which is not restored: the engine would create an empty one.`,
  };
}

/** A mount has one name for all nodes: where volumes of that name get several, some node would have an empty one. */
function splitHindrance(
  source: string,
  volumes: readonly Definition[],
  planning: Planning,
): Hindrance | undefined {
  const places = volumes.flatMap((one) => {
    const name = nameOf(one, planning);
    return name === undefined ? [] : [{ name, node: one.node ?? '' }];
  });
  if (new Set(places.map(({ name }) => name)).size < 2) return undefined;
  const words = places.map(({ name, node }) => `${name} on ${node}`);
  return {
    code: CODES.volumeSplit,
    acceptable: true,
    reason:
      `It mounts the volume ${source}, which would be ${words.join(' and ')}, and a mount has one name on all nodes. ` +
      'Give it the same new name on each node; otherwise the engine creates an empty one where the name differs.',
  };
}

/** A name that is made up for each task can't be changed for one of them. */
function templateHindrance(
  source: string,
  volumes: readonly Definition[],
  planning: Planning,
): Hindrance | undefined {
  const renamed = volumes.flatMap((one) => {
    const name = nameOf(one, planning);
    return name === undefined || name === one.name ? [] : [`${one.name} (as ${name})`];
  });
  if (renamed.length === 0) return undefined;
  return {
    code: CODES.volumeSplit,
    acceptable: true,
    reason: `It mounts ${source}, a name for each task, and ${list(renamed)} gets another one: its tasks would not find it.`,
  };
}

function nameOf({ name, node }: Definition, planning: Planning): string | undefined {
  return planning.available('volume', name, node);
}

/** Names of the volumes that a service mounts, templates unfilled. */
function mountedNames(service: Definition): string[] {
  const task = objectAt(objectAt(service.value, 'Spec'), 'TaskTemplate');
  return listAt(objectAt(task, 'ContainerSpec'), 'Mounts').flatMap((mount) => {
    const source = textAt(mount, 'Source');
    return textAt(mount, 'Type') === 'volume' && source !== undefined ? [source] : [];
  });
}
