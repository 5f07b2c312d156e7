import * as vscode from 'vscode';
import { toErrorInfo } from '../../core/errors';
import type { PolicyBackup } from '../../core/policy/policyBackup';
import { prunesOnPlatform } from '../prunes';
import type { Services } from '../services';
import type { ClusterEntry } from './clusterStore';

/**
 * Backups that lie with the platforms, as a policy sees them: asked for with each look at the cluster's health, and only
 * where a policy says when they are made.
 */
export class HostedPolicyBackups implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ClusterEntry>();
  readonly onDidChange = this.#changed.event;
  readonly #known = new WeakMap<ClusterEntry, readonly PolicyBackup[]>();
  readonly #subscription: vscode.Disposable;

  constructor(private readonly services: Pick<Services, 'store' | 'client' | 'secrets' | 'log'>) {
    this.#subscription = services.store.onDidCheck((entry) => void this.#ask(entry));
  }

  /** Undefined where the platform was not asked, or did not answer yet. */
  of(entry: ClusterEntry): readonly PolicyBackup[] | undefined {
    return this.#known.get(entry);
  }

  async #ask(entry: ClusterEntry): Promise<void> {
    const { store, client, secrets, log } = this.services;
    const { policy, name } = entry.config;
    if (policy === undefined || !prunesOnPlatform(entry)) return;
    if (entry.health.state !== 'known') return;
    try {
      const cluster = await store.resolve(entry, secrets.stored);
      const { mode } = policy;
      this.#known.set(entry, await client.call('policyBackups', { cluster, mode }));
    } catch (error) {
      // What was said last counts on: a platform that does not answer shows as such.
      log.debug(`Backups of ${name} for its policy: ${toErrorInfo(error).message}`);
    }
    this.#changed.fire(entry);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
