import type { ConfigProblem } from '../../core/config/parse';
import type { ErrorInfo } from '../../core/errors';
import type { Backup, ContentsItem, HostedBackup } from '../../core/model';
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
  | HostedNode
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
}

/** A backup on the platform's own side. */
export interface HostedNode {
  kind: 'hosted';
  entry: ClusterEntry;
  hosted: HostedBackup;
}

/** A line that says something: a warning, that something is asked, that there is nothing. */
export interface NoteNode {
  kind: 'note';
  /** Unique among its siblings. */
  key: string;
  tone: 'warning' | 'loading' | 'empty';
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
