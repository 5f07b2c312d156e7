import type { ClusterConfig } from '../../core/config/parse';
import type { ErrorInfo } from '../../core/errors';
import type { Backup, ClusterStatus } from '../../core/model';
import type { SystemDefinition } from '../../core/ports';

/** What is known of a cluster's health. */
export type Health =
  | { state: 'unknown' }
  | { state: 'known'; status: ClusterStatus; at: Date }
  | { state: 'unreachable'; error: ErrorInfo; at: Date };

/** A cluster as the views show it. */
export interface ClusterEntry {
  /** Unique also when two files name a cluster alike. */
  key: string;
  config: ClusterConfig;
  definition: SystemDefinition;
  health: Health;
  /** Newest first. */
  backups: Backup[];
  /** The vault was read: that there are no backups is known, not presumed. */
  listed?: boolean;
  /** Why the vault can't be read. */
  vaultError?: ErrorInfo;
  /** Backups whose manifest can't be used: they must not just vanish. */
  vaultProblems: ErrorInfo[];
  warnings: string[];
}

/**
 * The entry of a cluster as it is configured now; undefined where nobody knows its system.
 *
 * @param before the entries so far: what is known of a cluster stays, as far as it still concerns it
 */
export function entryOf(
  config: ClusterConfig,
  systems: readonly SystemDefinition[],
  before: readonly ClusterEntry[],
): ClusterEntry | undefined {
  const definition = systems.find((s) => s.id === config.system);
  if (definition === undefined) return undefined;
  const key = `${config.file}#${config.name}`;
  const old = before.find((e) => e.key === key);
  const same = old !== undefined && JSON.stringify(old.config) === JSON.stringify(config);
  return {
    key,
    config,
    definition,
    health: same ? old.health : { state: 'unknown' },
    ...(old?.config.vault === config.vault
      ? { backups: old.backups, listed: old.listed === true }
      : { backups: [] }),
    vaultProblems: [],
    warnings: definition.warnings(config.connection),
  };
}
