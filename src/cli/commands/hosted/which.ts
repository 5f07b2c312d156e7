import type { Command } from 'commander';
import type { ResolvedCluster } from '../../../compose/resolvedCluster';
import type { ClusterConfig } from '../../../core/config/parse';
import { coreErrors } from '../../../core/errors';
import type { HostedBackup, HostedListing, HostedRef } from '../../../core/model';
import type { Capabilities, SystemDefinition } from '../../../core/ports';
import type { Cli } from '../../cli';
import { cliErrors } from '../../cliErrors';
import { clusterNamed } from '../../configuration';
import { resolved } from '../../secrets';

/** A cluster of a system that keeps backups on its own side. */
export interface HostedCluster {
  config: ClusterConfig;
  system: SystemDefinition;
  /** What the system can do there. */
  abilities: NonNullable<Capabilities['hosted']>;
  cluster: ResolvedCluster;
}

/** Narrows down where a backup is looked for. */
export interface WhichOptions {
  group?: string;
}

/** Shortest piece of an id that names a backup. */
const SHORTEST_PIECE = 6;

const NOT_ABLE = {
  fetch: "can't be copied into the vault",
  restore: "can't be restored from here",
  remove: "can't be deleted from here",
} as const;

/** The arguments and options of a command on one such backup. */
export function withWhich(command: Command): Command {
  return withGroup(
    command
      .argument('<cluster>', 'name of a cluster of the configuration')
      .argument('<id>', 'its id, 6 characters or more of its beginning, or its name; or GROUP/ID'),
  );
}

/** The option that names a group. */
export function withGroup(command: Command): Command {
  return command.option(
    '--group <name>',
    'only those of this group, where the platform has groups, e.g. an environment',
  );
}

/**
 * The cluster of that name, its secrets resolved.
 *
 * @param ability what is to be done there
 * @throws `core.unsupported`, `core.unknownCluster`, `cli.usage` for a group where there are none
 */
export async function hostedCluster(
  cli: Cli,
  name: string,
  { group }: WhichOptions,
  ability?: keyof typeof NOT_ABLE,
): Promise<HostedCluster> {
  const config = clusterNamed(await cli.configuration(), name);
  const system = (await cli.services.systems()).find(({ id }) => id === config.system);
  const abilities = system?.capabilities.hosted;
  if (system === undefined || abilities === undefined) {
    throw coreErrors.unsupported({
      message: `${system?.title ?? config.system} keeps no backups on its own side.`,
      next: 'Those in the vault are listed by "cluster-backup list".',
    });
  }
  if (ability !== undefined && abilities[ability] !== true) {
    throw coreErrors.unsupported({
      message: `Backups that ${system.title} keeps on its own side ${NOT_ABLE[ability]}.`,
      next: instead(abilities, name),
    });
  }
  if (group !== undefined && abilities.group === undefined) {
    throw cliErrors.usage({
      message: `The backups of ${system.title} are in no groups.`,
      next: 'Leave --group away.',
    });
  }
  return { config, system, abilities, cluster: await resolved(cli, config) };
}

/**
 * The one backup that a text names.
 *
 * @throws `core.unknownBackup` for none, and for several
 */
export function chosenHosted(
  { backups, warnings }: HostedListing,
  cluster: string,
  text: string,
  { group }: WhichOptions,
): HostedBackup {
  const { matches, isWholeId } = matchHosted(backups, text, group);
  const [found, ...more] = matches;
  const isAll = warnings.length === 0 || isWholeId;
  if (found !== undefined && more.length === 0 && isAll) return found;
  const listed = `Run "cluster-backup hosted list ${cluster}" and name one by its id.`;
  if (found !== undefined && more.length === 0) {
    throw coreErrors.unknownBackup({
      message: `"${text}" may name another backup too, for not all could be listed: ${warnings.join(' ')}`,
      next: `Give the whole id: ${found.id}.`,
    });
  }
  if (found === undefined) {
    const where = group === undefined ? '' : ` in ${group}`;
    throw coreErrors.unknownBackup({
      message: [
        `"${cluster}" keeps no backup "${text}"${where} on its own side.`,
        ...(warnings.length === 0 ? [] : ['Not all could be listed:', ...warnings]),
      ].join(' '),
      next: listed,
    });
  }
  throw coreErrors.unknownBackup({
    message: `"${text}" names several backups: ${matches.map(fullName).join(', ')}.`,
    next: listed,
  });
}

/** All that a text may mean; the closest kind of match only. */
function matchHosted(
  backups: readonly HostedBackup[],
  text: string,
  group: string | undefined,
): { matches: HostedBackup[]; isWholeId: boolean } {
  const within = backups.filter((backup) => group === undefined || backup.group === group);
  const slash = group === undefined ? text.lastIndexOf('/') : -1;
  const [of, rest] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
  const inGroup = slash < 1 ? [] : backups.filter((backup) => backup.group === of);
  for (const [list, piece] of [
    [within, text],
    [inGroup, rest],
  ] as const) {
    const byId = list.filter(({ id }) => id === piece);
    if (byId.length > 0) return { matches: byId, isWholeId: true };
    const byName = list.filter(({ name }) => name === piece);
    if (byName.length > 0) return { matches: byName, isWholeId: false };
    const begun =
      piece.length < SHORTEST_PIECE ? [] : list.filter(({ id }) => id.startsWith(piece));
    if (begun.length > 0) return { matches: begun, isWholeId: false };
  }
  return { matches: [], isWholeId: false };
}

/** Names it so that the platform need not search for it. */
export function refOf({ id, group }: HostedBackup): HostedRef {
  return group === undefined ? { id } : { id, group };
}

function fullName({ id, group }: HostedBackup): string {
  return group === undefined ? id : `${group}/${id}`;
}

function instead({ restore, fetch }: HostedCluster['abilities'], cluster: string): string {
  if (restore === true) return `Restore one with "cluster-backup hosted restore ${cluster} ID".`;
  if (fetch) return `Copy one into the vault with "cluster-backup hosted fetch ${cluster} ID".`;
  return `"cluster-backup hosted show ${cluster} ID" says all that is known of one.`;
}
