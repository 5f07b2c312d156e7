import { setTimeout as delay } from 'node:timers/promises';
import type { Backup } from '../../../src/core/model';
import type { Vault } from '../../../src/core/ports';
import { heldPlainly } from './plainModel';
import type { Made } from './plainModel';

/** Sees every backup that ever came into a vault, and whether one went that the plain model holds. */
export class Observer {
  readonly seen = new Map<string, Backup>();
  readonly wrong: string[] = [];
  private readonly ended = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly vault: Vault,
    private readonly cluster: string,
    private readonly schedules: readonly { seconds: number; count: number }[],
  ) {}

  /** Backups by schedules, oldest first. */
  scheduled(): Made[] {
    return [...this.seen.values()]
      .filter(({ manifest }) => manifest.origin.kind === 'schedule')
      .map(({ manifest: { id, created } }) => ({ id, created: Date.parse(created) }))
      .sort((a, b) => a.created - b.created);
  }

  held(): Set<string> {
    return heldPlainly(this.scheduled(), this.schedules);
  }

  start(): void {
    this.watching = this.watch();
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.watching;
    await this.look();
  }

  /** What the vault holds now. */
  async look(): Promise<Backup[]> {
    for (let attempt = 1; ; attempt++) {
      const there = await this.vault.list(this.cluster);
      for (const backup of there) this.seen.set(backup.manifest.id, backup);
      const ids = new Set(there.map(({ manifest }) => manifest.id));
      const gone = [...this.held()].filter((id) => !ids.has(id));
      if (gone.length === 0) return there;
      // One may have come and another gone while the folder was read: then the next look sees it.
      if (attempt < 5) await delay(100);
      else {
        this.wrong.push(`${new Date().toISOString()}: ${gone.join(', ')} went, and is held`);
        return there;
      }
    }
  }

  private async watch(): Promise<void> {
    while (!this.ended.signal.aborted) {
      await this.look();
      await delay(300, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }
}
