import * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { ContentsGroup } from '../../core/model';
import type { OperationsClient } from '../../workers/operationsClient';
import type { SecretStore } from '../secretStorage';
import type { ClusterEntry, ClusterStore } from './clusterStore';

/** What is known of a cluster's objects. */
export interface Contents {
  asking: boolean;
  /** What the cluster said last; kept when it could not be asked again. */
  groups?: ContentsGroup[];
  /** Why it could not be asked. */
  error?: ErrorInfo;
}

interface Known extends Contents {
  /** Ids of the groups that are open in the tree. */
  open: Set<string>;
  running?: Promise<void> | undefined;
}

/**
 * The objects of clusters, for the tree. A cluster is asked when one of its groups is opened, and again whenever its
 * health is asked; never while none is open.
 */
export class ContentsStore implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ClusterEntry>();
  readonly onDidChange = this.#changed.event;
  readonly #known = new Map<string, Known>();
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly client: Pick<OperationsClient, 'call'>,
    private readonly store: Pick<ClusterStore, 'resolve' | 'onDidCheck'>,
    private readonly secrets: Pick<SecretStore, 'stored'>,
  ) {
    this.#subscription = store.onDidCheck((entry) => {
      if (this.#of(entry).open.size > 0) void this.refresh(entry);
    });
  }

  of(entry: ClusterEntry): Contents {
    return this.#of(entry);
  }

  /** A group's items are shown: they are kept up to date from now on. */
  open(entry: ClusterEntry, group: string): void {
    const known = this.#of(entry);
    known.open.add(group);
    if (known.groups === undefined && known.error === undefined) void this.refresh(entry);
  }

  /** A group was closed; without one, all of the cluster's. */
  close(entry: ClusterEntry, group?: string): void {
    const { open } = this.#of(entry);
    if (group === undefined) open.clear();
    else open.delete(group);
  }

  /** Asks the cluster. Never rejects; joins a question that is under way. */
  refresh(entry: ClusterEntry): Promise<void> {
    const known = this.#of(entry);
    known.running ??= this.#ask(entry, known).finally(() => (known.running = undefined));
    return known.running;
  }

  async #ask(entry: ClusterEntry, known: Known): Promise<void> {
    known.asking = true;
    try {
      const cluster = await this.store.resolve(entry, this.secrets.stored);
      known.groups = await this.client.call('contents', { cluster });
      delete known.error;
    } catch (error) {
      known.error = toErrorInfo(error);
    }
    known.asking = false;
    this.#changed.fire(entry);
  }

  #of({ key, config }: ClusterEntry): Known {
    // Another address is another cluster, whatever its name.
    const id = `${key}#${JSON.stringify(config.connection)}`;
    let known = this.#known.get(id);
    if (known === undefined) {
      known = { asking: false, open: new Set() };
      this.#known.set(id, known);
    }
    return known;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
