import type { Manifest } from './manifest';

/** 3 to 25 characters of `A-Za-z0-9_.-`, not starting with `..`. */
export const LABEL_PATTERN = /^(?!\.\.)[A-Za-z0-9_.-]{3,25}$/;

/** Cluster names become folder names in a vault, so they are kept to what every file system takes. */
export const CLUSTER_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

export type { Manifest, Verification } from './manifest';

/** A backup as a vault holds it. */
export interface Backup {
  manifest: Manifest;
  /** Where the bytes lie, absolute. */
  path: string;
  /** `missing` when the manifest is there and its file is not. */
  state: 'present' | 'missing';
}

/** One server of a cluster, as the cluster itself reports it. */
export interface ServerStatus {
  name: string;
  address?: string;
  leader: boolean;
  voter: boolean;
  healthy: boolean;
}

/** What a cluster says of itself now. */
export interface ClusterStatus {
  version?: string;
  datacenter?: string;
  /** Address of the leader; absent when there is none. */
  leader?: string;
  /** `healthy`, `degraded` (works, but lost redundancy), `noLeader`; unreachable is an error instead. */
  health: 'healthy' | 'degraded' | 'noLeader';
  /** One sentence when the health is not `healthy`. */
  reason?: string;
  servers: ServerStatus[];
  /** Voters needed, and voters there are and are alive. */
  quorum?: { needed: number; alive: number; total: number };
  /** Things to show in the tree, e.g. that TLS is not verified. */
  warnings: string[];
}

/** What a cluster holds now, in the words of its own format's record types. */
export interface Inventory {
  index?: number;
  /** E.g. `KVS`, `Service`, `Node`; absent kinds could not be counted. */
  counts: Record<string, number>;
}

/** Labels are checked in one place, as one types and before anything runs. */
export function labelProblem(label: string): string | undefined {
  if (label === '' || LABEL_PATTERN.test(label)) return undefined;
  if (label.length < 3 || label.length > 25) return 'A label has 3 to 25 characters.';
  if (label.startsWith('..')) return 'A label does not start with "..".';
  return 'A label has only letters, digits, "_", "." and "-".';
}
