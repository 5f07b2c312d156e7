import { watch, type FSWatcher } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER_MODE } from './files';
import { CHECK_LOCK, LOCK, LOCK_HOLDER, SERVED, PARTIAL, TEMP, UPDATING } from './names';
import { clusterFolders } from './scan';

export interface WatchOptions {
  root: string;
  /** Changes within this time (ms) are told once. */
  debounceMs: number;
  /** How often (ms) to look, for shares that tell no changes. */
  pollMs: number;
  /** When (ms) after a change to tell it again: a file dropped in counts only once left alone. */
  settleMs: number;
}

/** Tells when the vault changes, whoever changes it; also where the system sends no such events. */
export class FolderWatch {
  private readonly watchers = new Map<string, FSWatcher>();
  private seen = '';
  private soon: NodeJS.Timeout | undefined;
  private later: NodeJS.Timeout | undefined;
  private readonly poll: NodeJS.Timeout;
  private looking: Promise<void> | undefined;
  private disposed = false;

  constructor(
    private readonly options: WatchOptions,
    private readonly listener: () => void,
  ) {
    void this.look(true);
    this.poll = setInterval(() => void this.look(false), options.pollMs);
    this.poll.unref();
  }

  dispose(): void {
    this.disposed = true;
    clearInterval(this.poll);
    clearTimeout(this.soon);
    clearTimeout(this.later);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  /** Watches folders that came, forgets those that went, and compares with what was seen last. */
  private look(first: boolean): Promise<void> {
    this.looking ??= this.lookNow(first)
      .catch(() => undefined)
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookNow(first: boolean): Promise<void> {
    const { root } = this.options;
    if (first) await mkdir(root, { recursive: true, mode: FOLDER_MODE }).catch(() => undefined);
    const folders = [root, ...(await clusterFolders(root)).map((name) => join(root, name))];
    for (const folder of folders) this.attach(folder);
    for (const [folder, watcher] of this.watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    const now = (await Promise.all(folders.map(stampOf))).join('\n');
    if (!first && now !== this.seen) this.changed();
    this.seen = now;
  }

  private attach(folder: string): void {
    if (this.disposed || this.watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (folder === this.options.root) void this.look(false);
        if (matters(event, name)) this.changed();
      });
      watcher.on('error', () => {
        watcher.close();
        this.watchers.delete(folder);
      });
      this.watchers.set(folder, watcher);
    } catch {
      // No events here (too many watches, or a share): the poll sees it.
    }
  }

  private changed(): void {
    if (this.disposed) return;
    const { debounceMs, settleMs } = this.options;
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      this.listener();
    }, debounceMs);
    clearTimeout(this.later);
    this.later = setTimeout(this.listener, debounceMs + settleMs + 100);
    this.later.unref();
  }
}

/** Progress of a writer, heartbeats and passing files change nothing that is shown. */
function matters(event: string, name: string | null): boolean {
  if (name === null) return true;
  if (name === LOCK) return event === 'rename';
  // A check that begins or ends changes nothing either: what it finds comes with the manifest.
  if (name.startsWith(CHECK_LOCK)) return false;
  // Stands in for a backup that has gone: nothing of it is shown.
  if (name.startsWith(SERVED)) return false;
  const passing = [PARTIAL, TEMP, UPDATING];
  return !name.startsWith(LOCK_HOLDER) && !passing.some((ending) => name.endsWith(ending));
}

async function stampOf(folder: string): Promise<string> {
  const stat = await lstat(folder).catch(() => undefined);
  return `${folder} ${stat?.ino ?? ''} ${stat?.mtimeMs ?? ''}`;
}
