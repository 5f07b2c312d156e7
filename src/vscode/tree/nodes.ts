import type { ConfigProblem } from '../../core/config/parse';
import type { ErrorInfo } from '../../core/errors';
import type { Backup } from '../../core/model';
import type { ClusterEntry } from '../store/clusterStore';

/** What the Clusters tree is made of. */
export type ClusterTreeNode = ClusterNode | BackupNode | BackupPageNode | ErrorNode | ProblemNode;

export interface ClusterNode {
  kind: 'cluster';
  entry: ClusterEntry;
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
