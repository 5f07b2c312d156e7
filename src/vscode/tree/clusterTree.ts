import * as vscode from 'vscode';
import type { Backup } from '../../core/model';
import { HostedDecisions } from '../hostedDecisions';
import type { ClusterEntry, ClusterStore } from '../store/clusterStore';
import type { ContentsStore } from '../store/contentsStore';
import type { HostedStore } from '../store/hostedStore';
import type { StandingStore } from '../store/standingStore';
import { backupItem, backupsItem, pageItem } from './backupItem';
import { clusterItem, errorItem, noteItem, problemItem } from './clusterItem';
import { contentsItem, groupItem } from './contentsItem';
import { groupChildren, itemChildren } from './contentsNodes';
import {
  hostedHeadingItem,
  hostedPageItem,
  hostedPartItem,
  hostedRestoreItem,
} from './hostedDetailItem';
import { hostedGroupItem, hostedItem } from './hostedItem';
import {
  HOSTED_GROUP,
  headingChildren,
  hostedChildren,
  hostedDetails,
  hostedNodes,
  restoreParts,
} from './hostedNodes';
import type { ClusterNode, ClusterTreeNode as Node, GroupNode, HostedGroupNode } from './nodes';

/** Backups shown at once; older ones stand in pages of the same size. */
export const PAGE_SIZE = 200;

/**
 * Clusters, and under each its objects, where the system can list them, the backups that its platform keeps, where it
 * keeps some, and those of the vault, newest first. The stores change, this follows.
 */
export class ClusterTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #clusters = new Map<string, ClusterNode>();
  /** By the cluster's key; the very nodes the view was given last. */
  readonly #groups = new Map<string, GroupNode[]>();
  readonly #hostedGroups = new Map<string, HostedGroupNode>();
  readonly #decisions = new HostedDecisions();
  readonly #subscriptions: vscode.Disposable;

  constructor(
    private readonly store: ClusterStore,
    private readonly contents: ContentsStore,
    private readonly hosted: HostedStore,
    private readonly standings: StandingStore,
  ) {
    this.#subscriptions = vscode.Disposable.from(
      store.onDidChange((entry) => this.#changed.fire(entry && this.#clusters.get(entry.key))),
      standings.onDidChange((entry) => {
        const node = entry && this.#clusters.get(entry.key);
        if (node !== undefined) this.#changed.fire(node);
      }),
      contents.onDidChange(({ key }) => {
        for (const group of this.#groups.get(key) ?? []) this.#changed.fire(group);
      }),
      hosted.onDidChange(({ key }) => {
        const group = this.#hostedGroups.get(key);
        // Where nothing lies in a vault, the cluster's row tells of the newest backup there.
        const inRow = group?.entry.definition.capabilities.storage === 'hosted';
        const node = inRow ? this.#clusters.get(key) : group;
        if (node !== undefined) this.#changed.fire(node);
      }),
    );
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const now = new Date();
    switch (node.kind) {
      case 'cluster':
        return clusterItem(
          node,
          now,
          this.hosted.of(node.entry).backups,
          this.standings.of(node.entry),
        );
      case 'backups':
        return backupsItem(node, now);
      case 'backup':
        return backupItem(
          node,
          now,
          this.standings.decisionOf(node.entry, node.backup.manifest.id),
        );
      case 'backupPage':
        return pageItem(node);
      case 'group':
        return groupItem(node, this.contents.of(node.entry));
      case 'item':
        return contentsItem(node);
      case 'hostedGroup':
        return hostedGroupItem(node, this.hosted.of(node.entry));
      case 'hostedHeading':
        return hostedHeadingItem(node, now);
      case 'hostedPage':
        return hostedPageItem(node);
      case 'hosted':
        return hostedItem(
          node,
          now,
          this.#decisions.of(node.entry, this.hosted.of(node.entry), node.hosted.id, now),
        );
      case 'hostedPart':
        return hostedPartItem(node);
      case 'hostedRestore':
        return hostedRestoreItem(node, now);
      case 'error':
        return errorItem(node);
      case 'problem':
        return problemItem(node);
      case 'note':
        return noteItem(node);
    }
  }

  getChildren(node?: Node): Node[] {
    switch (node?.kind) {
      case undefined:
        return this.#roots();
      case 'cluster':
        return this.#clusterChildren(node.entry);
      case 'backups':
        return node.entry.backups.length > 0
          ? backupNodes(node.entry)
          : [{ kind: 'note', key: node.entry.key, tone: 'empty', text: emptyText(node.entry) }];
      case 'backupPage':
        return toNodes(node.entry, node.backups);
      case 'group':
        // Asked for when the person opens it, and when it was open as the window was closed.
        this.contents.open(node.entry, node.group.id);
        return groupChildren(node, this.contents.of(node.entry));
      case 'item':
        return itemChildren(node);
      case 'hostedGroup':
        this.hosted.open(node.entry, HOSTED_GROUP);
        return hostedChildren(node, this.hosted.of(node.entry));
      case 'hostedHeading':
        return headingChildren(node);
      case 'hostedPage':
        return hostedNodes(node);
      case 'hosted':
        return hostedDetails(node);
      case 'hostedRestore':
        return restoreParts(node);
      default:
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'backup' || node.kind === 'error'
      ? this.#clusters.get(node.entry.key)
      : undefined;
  }

  /** The row of a cluster, to be revealed. */
  clusterNode({ key }: ClusterEntry): ClusterNode | undefined {
    if (!this.#clusters.has(key)) this.#roots();
    return this.#clusters.get(key);
  }

  /** The person closed a row: what stood under it need not be asked for any more. */
  closed(node: Node): void {
    if (node.kind === 'cluster') {
      this.contents.close(node.entry);
      // A page of one of them may be open beside the tree.
      this.hosted.close(node.entry, HOSTED_GROUP);
    } else if (node.kind === 'group') this.contents.close(node.entry, node.group.id);
    else if (node.kind === 'hostedGroup') this.hosted.close(node.entry, HOSTED_GROUP);
  }

  #roots(): Node[] {
    this.#clusters.clear();
    this.#groups.clear();
    this.#hostedGroups.clear();
    const clusters = this.store.entries.map((entry): ClusterNode => ({ kind: 'cluster', entry }));
    for (const node of clusters) this.#clusters.set(node.entry.key, node);
    const problems = this.store.problems.map((problem): Node => ({ kind: 'problem', problem }));
    return [...problems, ...clusters];
  }

  #clusterChildren(entry: ClusterEntry): Node[] {
    const { contents, hosted, format } = entry.definition.capabilities;
    if (contents === undefined && hosted === undefined) {
      return [...notes(entry), ...backupNodes(entry)];
    }
    const groups = (contents?.groups ?? []).map((group): GroupNode => ({
      kind: 'group',
      entry,
      group,
    }));
    this.#groups.set(entry.key, groups);
    const nodes: Node[] = [...notes(entry), ...groups];
    if (hosted !== undefined) {
      const { title, covers, group: groups } = hosted;
      const group: HostedGroupNode = { kind: 'hostedGroup', entry, title, covers, groups };
      this.#hostedGroups.set(entry.key, group);
      nodes.push(group);
    }
    return format === undefined ? nodes : [...nodes, { kind: 'backups', entry }];
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}

function emptyText({ definition }: ClusterEntry): string {
  return `No ${definition.capabilities.exports?.title.toLowerCase() ?? 'backup'} yet`;
}

/** What has to be known of a cluster before its objects and backups. */
function notes(entry: ClusterEntry): Node[] {
  const found: Node[] = [];
  if (entry.health.state === 'unreachable') {
    const title =
      entry.health.error.code === 'config.secretMissing' ? 'Needs a secret' : 'Not reachable';
    found.push({ kind: 'error', entry, title, error: entry.health.error });
  }
  if (entry.vaultError !== undefined) {
    found.push({ kind: 'error', entry, title: 'Vault not readable', error: entry.vaultError });
  }
  for (const error of entry.vaultProblems) {
    found.push({ kind: 'error', entry, title: 'Manifest not usable', error });
  }
  const warnings = entry.health.state === 'known' ? entry.health.status.warnings : [];
  for (const text of new Set([...entry.warnings, ...warnings])) {
    found.push({ kind: 'note', key: entry.key, tone: 'warning', text });
  }
  return found;
}

function backupNodes(entry: ClusterEntry): Node[] {
  const nodes = toNodes(entry, entry.backups.slice(0, PAGE_SIZE));
  for (let from = PAGE_SIZE; from < entry.backups.length; from += PAGE_SIZE) {
    const backups = entry.backups.slice(from, from + PAGE_SIZE);
    nodes.push({ kind: 'backupPage', entry, from, backups });
  }
  return nodes;
}

function toNodes(entry: ClusterEntry, backups: readonly Backup[]): Node[] {
  return backups.map((backup) => ({ kind: 'backup', entry, backup }));
}
