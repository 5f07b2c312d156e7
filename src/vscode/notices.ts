import * as vscode from 'vscode';
import { commands } from '../ids';
import { policyKey } from '../core/policy/policyKey';
import { hasFailed } from './clusterState';
import type { Services } from './services';
import type { ClusterEntry } from './store/clusterStore';
import type { ActivityNode } from './tree/activityTree';

/** A missed backup is told of once it has been so this long: after a machine's sleep an agent makes up for it first. */
const SETTLE_MS = 2 * 60_000;
/** More at once are told of together. */
const TOLD_ALONE = 2;
const TOLD = 'notices.told';
const REMEMBERED = 500;

const SHOW_CLUSTER = 'Show Cluster';
const SHOW_LOG = 'Show Log';

/** What one notification is about. */
interface Notice {
  /** Told once, in whatever window. */
  key: string;
  severity: 'warning' | 'bad';
  text: string;
  action: string;
  act: () => Thenable<unknown>;
}

/** How long a thing has to last, and whether the person is at this window; tests have their own. */
export interface NoticeOptions {
  settleMs?: number;
  isFocused?: () => boolean;
}

/**
 * Notifications of what a person must know though nobody asked: a scheduled run failed, a backup is damaged or was
 * missed. Each is told once, by the window in which the person is, and nothing is told when all is well again.
 */
export class Notices implements vscode.Disposable {
  readonly #settleMs: number;
  readonly #isFocused: () => boolean;
  readonly #seen = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  readonly #subscriptions: vscode.Disposable;

  constructor(
    private readonly services: Pick<Services, 'store' | 'standings' | 'runs' | 'ui'>,
    /** Shared by all windows. */
    private readonly memory: vscode.Memento,
    { settleMs = SETTLE_MS, isFocused = () => vscode.window.state.focused }: NoticeOptions = {},
  ) {
    this.#settleMs = settleMs;
    this.#isFocused = isFocused;
    const { standings, runs } = services;
    this.#subscriptions = vscode.Disposable.from(
      standings.onDidChange(() => this.look()),
      runs.onDidChange(() => this.look()),
      vscode.window.onDidChangeWindowState(() => this.look()),
    );
  }

  /** Tells what is there to tell by now. */
  look(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const all = this.services.store.entries.flatMap((entry) => this.#of(entry));
    for (const key of this.#seen.keys()) {
      if (!all.some((notice) => notice.key === key)) this.#seen.delete(key);
    }
    if (!this.#isFocused()) return;
    const told = new Set(this.memory.get<string[]>(TOLD, []));
    const due = all.filter(({ key }) => {
      if (told.has(key)) return false;
      if (!key.startsWith('missed:')) return true;
      const since = this.#seen.get(key) ?? now;
      this.#seen.set(key, since);
      return now - since >= this.#settleMs;
    });
    if (
      all.some(
        ({ key }) => this.#seen.has(key) && !told.has(key) && !due.some((d) => d.key === key),
      )
    ) {
      this.#timer = setTimeout(() => this.look(), this.#settleMs);
      this.#timer.unref();
    }
    if (due.length === 0) return;
    const kept = [...told, ...due.map(({ key }) => key)].slice(-REMEMBERED);
    void this.memory.update(TOLD, kept);
    if (due.length <= TOLD_ALONE) for (const notice of due) void this.#tell(notice);
    else void this.#tell(together(due));
  }

  #of(entry: ClusterEntry): Notice[] {
    const { standings, runs } = this.services;
    const { name } = entry.config;
    const { lines, newest } = standings.of(entry);
    const showCluster = {
      action: SHOW_CLUSTER,
      act: () => vscode.commands.executeCommand(commands.showState, { entry }),
    };
    return lines.flatMap(({ code, severity, text, next, id }): Notice[] => {
      const words = { severity, text: `${name}: ${text} ${next}` };
      // Why none was made has been told.
      if (code === 'missed' && lines.some((line) => line.code === 'failed')) return [];
      if (code === 'missed') {
        const key = `missed:${policyKey(entry.config)}:${newest ?? 0}`;
        return [{ key, ...words, ...showCluster }];
      }
      if (code === 'damaged' && id !== undefined) {
        return [{ key: `damaged:${id}`, ...words, ...showCluster }];
      }
      const run = runs.of(name);
      if (code !== 'failed' || run === undefined || !hasFailed(run)) return [];
      const node: ActivityNode = { kind: 'activity', activity: run };
      const act = () => vscode.commands.executeCommand(commands.showActivityLog, node);
      // It is tried again and again: that it fails is told once until it went well.
      const since = runs.lastGood(name)?.id ?? '';
      const key = `failed:${policyKey(entry.config)}:${since}`;
      return [{ key, ...words, action: SHOW_LOG, act }];
    });
  }

  async #tell({ severity, text, action, act }: Omit<Notice, 'key'>): Promise<void> {
    const { ui } = this.services;
    const answer = severity === 'bad' ? await ui.error(text, action) : await ui.warn(text, action);
    if (answer === action) await act();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }
}

function together(notices: readonly Notice[]): Omit<Notice, 'key'> {
  return {
    severity: notices.some(({ severity }) => severity === 'bad') ? 'bad' : 'warning',
    text: `${notices.length} things about your backups need a look: ${notices.map(({ text }) => text).join(' ')}`,
    action: 'Show Clusters',
    act: () => vscode.commands.executeCommand(commands.showState),
  };
}
