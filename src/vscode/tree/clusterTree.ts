import * as vscode from 'vscode';
import type { Backup } from '../../core/model';
import type { ClusterEntry, ClusterStore } from '../store/clusterStore';
import { backupItem, pageItem } from './backupItem';
import { clusterItem, errorItem, problemItem, warningItem } from './clusterItem';
import type { ClusterNode, ClusterTreeNode } from './nodes';

/** Backups shown at once; older ones stand in pages of the same size. */
export const PAGE_SIZE = 200;

interface WarningNode {
  kind: 'warning';
  text: string;
  key: string;
}

type Node = ClusterTreeNode | WarningNode;

/** Clusters, and under each its backups, newest first. The store changes, this follows. */
export class ClusterTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #clusters = new Map<string, ClusterNode>();
  readonly #subscription: vscode.Disposable;

  constructor(private readonly store: ClusterStore) {
    this.#subscription = store.onDidChange((entry) =>
      this.#changed.fire(entry && this.#clusters.get(entry.key)),
    );
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const now = new Date();
    switch (node.kind) {
      case 'cluster':
        return clusterItem(node, now);
      case 'backup':
        return backupItem(node, now);
      case 'backupPage':
        return pageItem(node);
      case 'error':
        return errorItem(node);
      case 'problem':
        return problemItem(node);
      case 'warning':
        return warningItem(node.text, node.key);
    }
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) return this.#roots();
    if (node.kind === 'cluster') return clusterChildren(node.entry);
    if (node.kind === 'backupPage') return toNodes(node.entry, node.backups);
    return [];
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'backup' || node.kind === 'error'
      ? this.#clusters.get(node.entry.key)
      : undefined;
  }

  #roots(): Node[] {
    this.#clusters.clear();
    const clusters = this.store.entries.map((entry): ClusterNode => ({ kind: 'cluster', entry }));
    for (const node of clusters) this.#clusters.set(node.entry.key, node);
    const problems = this.store.problems.map((problem): Node => ({ kind: 'problem', problem }));
    return [...problems, ...clusters];
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function clusterChildren(entry: ClusterEntry): Node[] {
  const children: Node[] = [];
  if (entry.health.state === 'unreachable') {
    const title =
      entry.health.error.code === 'config.secretMissing' ? 'Needs a secret' : 'Not reachable';
    children.push({ kind: 'error', entry, title, error: entry.health.error });
  }
  if (entry.vaultError !== undefined) {
    children.push({ kind: 'error', entry, title: 'Vault not readable', error: entry.vaultError });
  }
  for (const error of entry.vaultProblems) {
    children.push({ kind: 'error', entry, title: 'Manifest not usable', error });
  }
  const warnings = entry.health.state === 'known' ? entry.health.status.warnings : [];
  for (const text of new Set([...entry.warnings, ...warnings])) {
    children.push({ kind: 'warning', text, key: entry.key });
  }
  children.push(...toNodes(entry, entry.backups.slice(0, PAGE_SIZE)));
  for (let from = PAGE_SIZE; from < entry.backups.length; from += PAGE_SIZE) {
    const backups = entry.backups.slice(from, from + PAGE_SIZE);
    children.push({ kind: 'backupPage', entry, from, backups });
  }
  return children;
}

function toNodes(entry: ClusterEntry, backups: readonly Backup[]): Node[] {
  return backups.map((backup) => ({ kind: 'backup', entry, backup }));
}
