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
  /** What the platform calls it, where that is another name than ours: a project's title. */
  title?: string;
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

/** Names objects of a cluster: kind `stack`, `service`, `volume` … and a name. A volume's may be `node/name`. */
export interface ItemSelector {
  kind: string;
  name: string;
}

/** What of a cluster a backup takes. */
export interface BackupScope {
  /** Ids of parts; those that are on by default when left out. */
  parts?: string[] | undefined;
  /** Only these objects and what they need; all when left out. */
  only?: ItemSelector[] | undefined;
}

/** What to do with an object that is there already and differs. */
export type ConflictPolicy = 'skip' | 'replace' | 'rename';

/** What the person chose for a restore object by object. */
export interface RestoreChoices {
  /** Only these objects; kind `stack` takes all of a stack. All when left out. */
  only?: ItemSelector[] | undefined;
  /** Ids of changes left out. */
  except?: string[] | undefined;
  /** Default: `skip`. */
  conflict?: ConflictPolicy | undefined;
  /** A policy of its own for one change, by id. */
  conflicts?: Readonly<Record<string, ConflictPolicy>> | undefined;
  /** New names, by id of the change. */
  rename?: Readonly<Record<string, string>> | undefined;
  /** Codes of hindrances that the person accepts, e.g. `imageMissing`. */
  accept?: string[] | undefined;
  /** Further answers a system asks for, e.g. `initSwarm: "10.0.0.1"`. */
  answers?: Readonly<Record<string, string>> | undefined;
}

/** `unknown`: the platform said a word that we don't know; it is shown as it is. */
export type HostedState = 'inProgress' | 'ready' | 'failed' | 'restoring' | 'deleting' | 'unknown';

/** A part of a hosted backup with a state of its own: a component of the platform. */
export interface HostedPart {
  name: string;
  state: HostedState;
  /** The platform's own word for it. */
  stateText: string;
  /** Why it failed, as the platform says. */
  error?: string;
}

/** A restore of a hosted backup, where the platform tells of it beside the backup. */
export interface HostedRestore {
  state: HostedState;
  stateText: string;
  /** ISO 8601. */
  at?: string;
  parts: HostedPart[];
  error?: string;
}

/** Names a hosted backup; with its group it need not be searched for. */
export interface HostedRef {
  id: string;
  /** As in `HostedBackup`. */
  group?: string | undefined;
}

/** A backup that lies on the platform's own side. */
export interface HostedBackup {
  /** Unique in its cluster. */
  id: string;
  /** What the platform calls it: its label, its file. */
  name: string;
  /** What of the cluster it is a backup of, where it has several: an environment. A heading in the tree. */
  group?: string;
  state: HostedState;
  /** The platform's own word for it. */
  stateText: string;
  /** Its components, where each has a state of its own. */
  parts?: HostedPart[];
  /** Restores of it that the platform knows of, newest first. */
  restores?: HostedRestore[];
  /** Made by the platform's own schedule, not by a person. */
  automated?: boolean;
  /** How it was made, by the id of one of its system's modes. */
  mode?: string;
  /** ISO 8601; until when the platform keeps it. Absent: it does not say, or keeps it without an end. */
  expires?: string;
  /** Whether it can be restored now; else why not. Left out where the system can't restore it. */
  restore?: true | string;
  /** ISO 8601. */
  created?: string;
  /** ISO 8601; absent while it is not finished. */
  finished?: string;
  bytes?: number;
  encrypted?: boolean;
  /** Where it lies: "manager1:/var/backups". */
  where?: string;
  /** Why it failed, as the platform says. */
  error?: string;
  /** Whether it can be copied into the vault now; else why not. */
  fetch?: true | string;
  /** Everything else the platform says of it. */
  facts: [name: string, value: string][];
}

/** The backups on a platform's own side. */
export interface HostedListing {
  /** Newest first. */
  backups: HostedBackup[];
  /** Why some may be missing: an environment that could not be asked. */
  warnings: string[];
}

/** One object of a cluster, for the tree. */
export interface ContentsItem {
  /** As in plans and backups: `service/web_api`. */
  id: string;
  kind: string;
  name: string;
  /** A few words beside the name: "3 of 3 running", "1.2 GB on node1". */
  description?: string;
  /** `idle`: not running, and meant to be so. */
  state: 'good' | 'warning' | 'bad' | 'idle' | 'unknown';
  /** It is known of and can't be reached: there is nothing to be done with it. */
  outOfReach?: boolean;
  /** For the tooltip. */
  facts: [name: string, value: string][];
  children?: ContentsItem[];
}

/** Objects under one heading: nodes, stacks and services, volumes. */
export interface ContentsGroup {
  id: string;
  title: string;
  items: ContentsItem[];
  /** Why it may not be all: e.g. a node whose volumes no given engine reaches. */
  warning?: string;
}

/** Reads `kind:name`, as the command line takes it. */
export function parseSelector(text: string): ItemSelector | undefined {
  const match = /^([a-z]+):(.+)$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { kind: match[1], name: match[2] };
}

/**
 * Labels are checked in one place, as one types and before anything runs.
 *
 * @param system that the backup is of: its own rule may be the stricter one
 */
export function labelProblem(
  label: string,
  system?: { labelProblem?(label: string): string | undefined },
): string | undefined {
  return generalProblem(label) ?? (label === '' ? undefined : system?.labelProblem?.(label));
}

function generalProblem(label: string): string | undefined {
  if (label === '' || LABEL_PATTERN.test(label)) return undefined;
  if (label.length < 3 || label.length > 25) return 'A label has 3 to 25 characters.';
  if (label.startsWith('..')) return 'A label does not start with "..".';
  return 'A label has only letters, digits, "_", "." and "-".';
}
