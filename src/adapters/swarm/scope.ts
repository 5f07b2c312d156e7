import { coreErrors } from '../../core/errors';
import type { BackupScope, ItemSelector } from '../../core/model';
import type { Definition, DefinitionKind } from '../../snapshots/swarm/layout';
import type { SwarmManifest } from '../../snapshots/swarm/layout';
import { swarm } from './definition';
import { swarmErrors } from './errors';
import { needsOf } from './needs';
import { mountedVolumes, namesVolume } from './volumeUse';
import { serviceSchema } from './wire';
import { listText } from './words';

export type Part = SwarmManifest['parts'][number];

/** What of a cluster is backed up. */
export interface Chosen {
  parts: Part[];
  /** As asked for; undefined for the whole cluster. */
  only: ItemSelector[] | undefined;
  /** All that belongs to it, the volumes among them. */
  definitions: Definition[];
  notes: string[];
}

/** The parts of a request, in the archive's order. @throws `core.unsupported` */
export function partsOf(scope: BackupScope | undefined): Part[] {
  const known = swarm.capabilities.parts ?? [];
  const ids = scope?.parts ?? known.filter((part) => part.byDefault).map(({ id }) => id);
  const unknown = ids.filter((id) => !known.some((part) => part.id === id));
  if (unknown.length > 0 || ids.length === 0) {
    throw coreErrors.unsupported({
      message:
        ids.length === 0
          ? 'No part of the swarm was chosen for the backup.'
          : `A swarm has no part "${unknown.join('", "')}".`,
      next: `Choose from: ${listText(known.map(({ id }) => id))}.`,
    });
  }
  return known.flatMap(({ id }) => (ids.includes(id) ? [id as Part] : []));
}

/**
 * Picks what was asked for and what that needs: a service its networks, configs, secrets and volumes; a stack all of
 * its services.
 *
 * @throws `swarm.unknownItem`, `core.unsupported`
 */
export function choose(all: readonly Definition[], scope: BackupScope | undefined): Chosen {
  const parts = partsOf(scope);
  const only = scope?.only;
  if (only === undefined || only.length === 0) {
    return { parts, only: undefined, definitions: [...all], notes: [] };
  }
  const asked = new Set(only.flatMap((selector) => select(all, selector)));
  const chosen = new Set(asked);
  for (const service of asked) {
    if (service.kind !== 'service') continue;
    for (const needed of [...needsOf(service, all), ...volumesOf(service, all)]) chosen.add(needed);
  }
  const needed = [...chosen].filter((one) => !asked.has(one)).map(({ id }) => id);
  return {
    parts,
    only,
    definitions: all.filter((one) => chosen.has(one)),
    notes:
      needed.length === 0
        ? []
        : [`Taken as well, because what was chosen needs it: ${listText(needed)}.`],
  };
}

function select(all: readonly Definition[], { kind, name }: ItemSelector): Definition[] {
  const scopes = swarm.capabilities.contents?.scopes ?? [];
  if (!scopes.includes(kind)) {
    throw coreErrors.unsupported({
      message: `Objects of kind "${kind}" can't be backed up by themselves.`,
      next: `Choose from: ${listText(scopes)}.`,
    });
  }
  const found = all.filter((one) => {
    if (kind === 'stack') return one.stack === name;
    if (one.kind !== (kind as DefinitionKind)) return false;
    return one.name === name || (kind === 'volume' && `${one.node ?? ''}/${one.name}` === name);
  });
  if (found.length > 0) return found;
  throw swarmErrors.unknownItem({
    message: `The cluster has no ${kind} "${name}", as far as its engines were reached.`,
  });
}

function volumesOf(service: Definition, all: readonly Definition[]): Definition[] {
  const mounts = mountedVolumes(serviceSchema.parse(service.value));
  return all.filter(
    ({ kind, name }) => kind === 'volume' && mounts.some((source) => namesVolume(source, name)),
  );
}
