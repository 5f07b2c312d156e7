import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Activity, ActivityStore } from '../core/operations/activity';
import type { Clock } from '../core/ports';
import { describeLine, parseLines, toActivity } from './activityLines';
import type { ActivityLine } from './activityLines';
import { activityPruning } from './activityPruning';
import { DEAD_AFTER_MS, startActivityWriter } from './activityWriter';

const KEPT = 500;

/**
 * The journal of activities: one file of JSON lines each, in a folder that every window and the command line
 * share. A running activity touches its file; one that has stopped touching it was interrupted.
 *
 * @param options.folder absolute; created when needed
 */
export function openActivityFolder(options: { folder: string; clock: Clock }): ActivityStore {
  const { folder, clock } = options;
  const cache = new Map<string, { key: string; lines: ActivityLine[] }>();
  const prune = activityPruning(folder, KEPT);

  async function readLines(
    name: string,
  ): Promise<{ lines: ActivityLine[]; touched: number } | undefined> {
    const path = join(folder, name);
    try {
      const info = await stat(path);
      const key = `${info.mtimeMs}:${info.size}`;
      const known = cache.get(name);
      if (known?.key === key) return { lines: known.lines, touched: info.mtimeMs };
      const lines = parseLines(await readFile(path, 'utf8'));
      cache.set(name, { key, lines });
      return { lines, touched: info.mtimeMs };
    } catch {
      return undefined;
    }
  }

  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch(() => []);
    return all
      .filter((n) => /^[0-9A-Z]{26}\.jsonl$/.test(n))
      .sort()
      .reverse();
  }

  return {
    async start(activity) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const all = await names();
      await prune(all);
      const there = new Set(all);
      for (const name of cache.keys()) if (!there.has(name)) cache.delete(name);
      return startActivityWriter(folder, clock, activity);
    },
    async list(limit = 200) {
      const activities: Activity[] = [];
      for (const name of (await names()).slice(0, limit)) {
        const read = await readLines(name);
        if (read === undefined) continue;
        const isAlive = Date.now() - read.touched < DEAD_AFTER_MS;
        const activity = toActivity(name.slice(0, 26), read.lines, isAlive);
        if (activity) activities.push(activity);
      }
      return activities;
    },
    async log(id) {
      if (!/^[0-9A-Z]{26}$/.test(id)) return '';
      const read = await readLines(`${id}.jsonl`);
      return (read?.lines ?? []).map(describeLine).filter(Boolean).join('\n');
    },
    watch(listener) {
      return watchFolder(folder, listener);
    },
  };
}

function watchFolder(folder: string, listener: () => void): { dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      listener();
    }, 200);
  };
  let disposed = false;
  let watcher: ReturnType<typeof watch> | undefined;
  void mkdir(folder, { recursive: true, mode: 0o700 })
    .then(() => {
      if (disposed) return;
      watcher = watch(folder, changed);
      watcher.on('error', () => watcher?.close());
    })
    .catch(() => undefined);
  return {
    dispose() {
      disposed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
