import * as vscode from 'vscode';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { toErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { SecretStore } from '../secretStorage';
import type { ClusterEntry, ClusterStore } from './clusterStore';

/** What is known of something a cluster is asked for. */
export interface Asked {
  asking: boolean;
  /** Why it could not be asked. */
  error?: ErrorInfo;
  /** When it answered last: milliseconds since 1970. */
  answered?: number;
}

interface Known<T> {
  /** What was said last is kept when it could not be asked again. */
  state: Asked & Partial<T>;
  /** Asked at least once, whatever came. */
  asked: boolean;
  /** Ids of the rows of the tree that show it and are open. */
  open: Set<string>;
  running?: Promise<void> | undefined;
}

/**
 * Something that clusters are asked for when a row of the tree that shows it is opened, and again whenever their
 * health is asked; never while none is open.
 */
export abstract class AskedStore<T extends object> implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ClusterEntry>();
  readonly onDidChange = this.#changed.event;
  readonly #known = new Map<string, Known<T>>();
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly store: Pick<ClusterStore, 'resolve' | 'onDidCheck'>,
    private readonly secrets: Pick<SecretStore, 'stored'>,
  ) {
    this.#subscription = store.onDidCheck((entry) => {
      if (this.#of(entry).open.size > 0) void this.refresh(entry);
    });
  }

  protected abstract ask(cluster: ResolvedCluster): Promise<T>;

  of(entry: ClusterEntry): Asked & Partial<T> {
    return this.#of(entry).state;
  }

  /** A row is open: what it shows is kept up to date from now on. */
  open(entry: ClusterEntry, row: string): void {
    const known = this.#of(entry);
    known.open.add(row);
    if (!known.asked) void this.refresh(entry);
  }

  /** A row was closed; without one, all of the cluster's. */
  close(entry: ClusterEntry, row?: string): void {
    const { open } = this.#of(entry);
    if (row === undefined) open.clear();
    else open.delete(row);
  }

  /** Asks the cluster. Never rejects; joins a question that is under way. */
  refresh(entry: ClusterEntry): Promise<void> {
    const known = this.#of(entry);
    known.running ??= this.#ask(entry, known).finally(() => (known.running = undefined));
    return known.running;
  }

  async #ask(entry: ClusterEntry, known: Known<T>): Promise<void> {
    const { state } = known;
    state.asking = true;
    try {
      const cluster = await this.store.resolve(entry, this.secrets.stored);
      Object.assign(state, await this.ask(cluster));
      state.answered = Date.now();
      delete state.error;
    } catch (error) {
      state.error = toErrorInfo(error);
    }
    state.asking = false;
    known.asked = true;
    this.#changed.fire(entry);
  }

  #of({ key, config }: ClusterEntry): Known<T> {
    // Another address is another cluster, whatever its name.
    const id = `${key}#${JSON.stringify(config.connection)}`;
    let known = this.#known.get(id);
    if (known === undefined) {
      known = { state: { asking: false } as Asked & Partial<T>, asked: false, open: new Set() };
      this.#known.set(id, known);
    }
    return known;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
