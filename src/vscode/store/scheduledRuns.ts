import * as vscode from 'vscode';
import type { Activity, ActivityStore } from '../../core/operations/activity';

/** A run writes its progress often; the journal is not read anew for each line. */
const REST_MS = 1_000;

/** The last scheduled backup of each cluster, as the journal tells it: whoever ran it, in whatever window. */
export class ScheduledRuns implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when another run is the last one of a cluster. */
  readonly onDidChange = this.#changed.event;
  readonly #watcher: { dispose(): void };
  #last = new Map<string, Activity>();
  /** The last of each cluster that went well. */
  #good = new Map<string, Activity>();
  #running = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly journal: Pick<ActivityStore, 'list' | 'watch'>) {
    this.#watcher = journal.watch(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.refresh();
      }, REST_MS);
    });
  }

  /** The last one of a cluster that has ended, and was not cancelled. */
  of(cluster: string): Activity | undefined {
    return this.#last.get(cluster);
  }

  /** The last one of a cluster that went well: all since then have failed. */
  lastGood(cluster: string): Activity | undefined {
    return this.#good.get(cluster);
  }

  /** Whether one of a cluster runs now. */
  isRunning(cluster: string): boolean {
    return this.#running.has(cluster);
  }

  /** Reads the journal. Never rejects: without one, nothing is known. */
  async refresh(): Promise<void> {
    const activities = await this.journal.list().catch((): Activity[] => []);
    const last = new Map<string, Activity>();
    const good = new Map<string, Activity>();
    const running = new Set<string>();
    for (const activity of activities) {
      const { cluster, kind, state, scheduled } = activity;
      if (scheduled !== true || kind !== 'backup') continue;
      if (state === 'running') running.add(cluster);
      else if (state !== 'cancelled' && !last.has(cluster)) last.set(cluster, activity);
      if (state === 'done' && !good.has(cluster)) good.set(cluster, activity);
    }
    const before = told(this.#last, this.#running);
    const same = told(last, running) === before;
    this.#last = last;
    this.#good = good;
    this.#running = running;
    if (!same) this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher.dispose();
    this.#changed.dispose();
  }
}

function told(last: ReadonlyMap<string, Activity>, running: ReadonlySet<string>): string {
  const ended = [...last].map(([name, { id, state }]) => [name, id, state]);
  return JSON.stringify([ended, [...running]]);
}
