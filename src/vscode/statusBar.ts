import * as vscode from 'vscode';
import { commands } from '../ids';
import type { Services } from './services';
import { statusWords } from './statusWords';
import type { StatusWords } from './statusWords';

/** The times in the tooltip grow old, also while nothing else happens. */
const TICK_MS = 60_000;

const BACKGROUNDS: Partial<Record<StatusWords['severity'], string>> = {
  warning: 'statusBarItem.warningBackground',
  bad: 'statusBarItem.errorBackground',
};

/** The item in the status bar: how the worst cluster's backups stand. Hidden while there is nothing to tell of. */
export class StatusBar implements vscode.Disposable {
  readonly item = vscode.window.createStatusBarItem(
    'clusterBackup.state',
    vscode.StatusBarAlignment.Left,
  );
  /** Whether it is shown: the editor itself does not say. */
  shown = false;
  readonly #subscriptions: vscode.Disposable;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly services: Pick<Services, 'store' | 'standings'>) {
    this.item.name = 'Cluster Backup';
    this.item.command = commands.showState;
    const { store, standings } = services;
    this.#subscriptions = vscode.Disposable.from(
      this.item,
      store.onDidChange((entry) => entry ?? this.#show()),
      standings.onDidChange(() => this.#show()),
    );
    this.#timer = setInterval(() => this.#show(), TICK_MS);
    this.#timer.unref();
    this.#show();
  }

  #show(): void {
    const { store, standings } = this.services;
    const clusters = store.entries.map((entry) => ({
      name: entry.config.name,
      state: standings.of(entry),
    }));
    const trusted = store.state === 'ready';
    const words = trusted ? statusWords(clusters, store.problems.length, new Date()) : undefined;
    this.shown = words !== undefined;
    if (words === undefined) {
      this.item.hide();
      return;
    }
    const { severity, icon, text, tooltip, spoken } = words;
    const background = BACKGROUNDS[severity];
    this.item.text = `$(${icon}) ${text}`;
    this.item.tooltip = new vscode.MarkdownString(tooltip, true);
    this.item.accessibilityInformation = { label: spoken, role: 'button' };
    this.item.backgroundColor =
      background === undefined ? undefined : new vscode.ThemeColor(background);
    this.item.show();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
  }
}
