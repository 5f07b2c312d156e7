import type { ConfigProblem } from '../../core/config/parse';
import type { ErrorInfo } from '../../core/errors';
import type {
  Backup,
  ContentsItem,
  HostedBackup,
  HostedPart,
  HostedRestore,
} from '../../core/model';
import type { ClusterEntry } from '../store/clusterStore';

/** What the Clusters tree is made of. */
export type ClusterTreeNode =
  | ClusterNode
  | BackupsNode
  | BackupNode
  | BackupPageNode
  | GroupNode
  | ItemNode
  | HostedGroupNode
  | HostedHeadingNode
  | HostedPageNode
  | HostedNode
  | HostedPartNode
  | HostedRestoreNode
  | ErrorNode
  | NoteNode
  | ProblemNode;

export interface ClusterNode {
  kind: 'cluster';
  entry: ClusterEntry;
}

/** The heading of a cluster's backups, where it has other groups beside them. */
export interface BackupsNode {
  kind: 'backups';
  entry: ClusterEntry;
}

/** A heading of a cluster's objects. */
export interface GroupNode {
  kind: 'group';
  entry: ClusterEntry;
  group: { id: string; title: string };
}

/** One object of a cluster. */
export interface ItemNode {
  kind: 'item';
  entry: ClusterEntry;
  /** Ids of what it stands under, from the group on: an object may stand in two places. */
  under: readonly string[];
  item: ContentsItem;
}

/** The heading of the backups that lie on the platform's own side. */
export interface HostedGroupNode {
  kind: 'hostedGroup';
  entry: ClusterEntry;
  /** As the system's capability says it: "On the Managers". */
  title: string;
  /** What such a backup covers, where the system says so. */
  covers?: string | undefined;
  /** What the backups stand under, where the system has several: "Environment". */
  groups?: string | undefined;
}

/** What some of them are backups of: an environment. */
export interface HostedHeadingNode {
  kind: 'hostedHeading';
  entry: ClusterEntry;
  /** As the capability says it: "Environment". */
  title: string;
  name: string;
  /** Newest first. */
  backups: HostedBackup[];
}

/** Older ones, a page at a time. */
export interface HostedPageNode {
  kind: 'hostedPage';
  entry: ClusterEntry;
  /** The heading it stands under, if under one. */
  under: string;
  /** Zero-based, of the newest backup on this page. */
  from: number;
  backups: HostedBackup[];
}

/** A backup on the platform's own side. */
export interface HostedNode {
  kind: 'hosted';
  entry: ClusterEntry;
  hosted: HostedBackup;
}

/** A component of the platform in a hosted backup, or in a restore of it. */
export interface HostedPartNode {
  kind: 'hostedPart';
  entry: ClusterEntry;
  /** Ids of what it stands under. */
  under: readonly string[];
  part: HostedPart;
}

/** A restore that the platform tells of beside the backup. */
export interface HostedRestoreNode {
  kind: 'hostedRestore';
  entry: ClusterEntry;
  under: readonly string[];
  restore: HostedRestore;
}

/** A line that says something: a warning, that something is asked, that there is nothing. */
export interface NoteNode {
  kind: 'note';
  /** Unique among its siblings. */
  key: string;
  tone: 'warning' | 'loading' | 'empty' | 'info';
  text: string;
}

export interface BackupNode {
  kind: 'backup';
  entry: ClusterEntry;
  backup: Backup;
}

/** Older backups, a page at a time. */
export interface BackupPageNode {
  kind: 'backupPage';
  entry: ClusterEntry;
  /** Zero-based, of the newest backup on this page. */
  from: number;
  backups: Backup[];
}

/** Something of a cluster that failed; it can be tried again. */
export interface ErrorNode {
  kind: 'error';
  entry: ClusterEntry;
  title: string;
  error: ErrorInfo;
  /** The group it stands in, if in one. */
  under?: string;
}

/** A place in a configuration file that can't be used. */
export interface ProblemNode {
  kind: 'problem';
  problem: ConfigProblem & { file: string };
}

/** `kind` and order-free flags, as menus match them: `backup+encrypted+verified`. */
export function contextValue(kind: string, flags: Readonly<Record<string, boolean>>): string {
  const on = Object.entries(flags)
    .filter(([, value]) => value)
    .map(([name]) => name)
    .sort();
  return [kind, ...on].join('+');
}
