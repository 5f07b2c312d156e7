import * as vscode from 'vscode';
import type { HostedBackup } from '../../core/model';
import { commands } from '../../ids';
import type { CommandId } from '../../ids';
import type { HostedReply, HostedRequest, ShownHosted } from '../../protocol/hostedMessages';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { openPage } from './webviewPage';

const VIEW_TYPE = 'clusterBackup.hosted';

type Needed = Pick<Services, 'context' | 'store' | 'hosted'>;

/** One panel a backup. */
const panels = new Map<string, HostedPanel>();

/** Shows all that a platform says of a backup of its own. The page follows the store. */
export function showHosted(services: Needed, entry: ClusterEntry, backup: HostedBackup): void {
  const key = keyOf(entry.key, backup.id);
  let panel = panels.get(key);
  if (panel === undefined) {
    panel = new HostedPanel(services, entry, backup, () => panels.delete(key));
    panels.set(key, panel);
  }
  panel.reveal();
}

/** Hands a page's message to its panel, as the page would; for tests, which can't reach into a page. */
export function receiveFromHostedPage(cluster: string, id: string, request: HostedRequest): void {
  panels.get(keyOf(cluster, id))?.receive(request);
}

/** What a page is sent; for tests. @param cluster key of its entry */
export function shownOnHostedPage(cluster: string, id: string): ShownHosted | undefined {
  return panels.get(keyOf(cluster, id))?.shown;
}

function keyOf(cluster: string, id: string): string {
  return `${cluster}#${id}`;
}

/** What the page's buttons call. */
const ACTIONS: Partial<Record<HostedRequest['type'], CommandId>> = {
  restore: commands.restoreHosted,
  plan: commands.planHosted,
  remove: commands.deleteHosted,
  fetch: commands.fetchHosted,
  copyId: commands.copyHostedId,
};

class HostedPanel {
  readonly #panel: vscode.WebviewPanel;
  /** As the platform told of it last, also after it has gone. */
  #backup: HostedBackup;

  constructor(
    private readonly services: Needed,
    private entry: ClusterEntry,
    backup: HostedBackup,
    onDispose: () => void,
  ) {
    this.#backup = backup;
    const { context, store, hosted } = services;
    const title = `Backup ${backup.name}: ${entry.config.name}`;
    this.#panel = openPage(context.extensionUri, 'hosted', VIEW_TYPE, title);
    const { webview } = this.#panel;
    const row = `page:${backup.id}`;
    const subscriptions = [
      webview.onDidReceiveMessage((request: HostedRequest) => this.receive(request)),
      hosted.onDidChange(({ key }) => key === this.entry.key && this.#post()),
      // The configuration was read anew: the cluster is another object by now.
      store.onDidChange(() => {
        this.entry = store.entries.find(({ key }) => key === this.entry.key) ?? this.entry;
      }),
    ];
    this.#panel.onDidDispose(() => {
      for (const subscription of subscriptions) subscription.dispose();
      hosted.close(this.entry, row);
      onDispose();
    });
    // Asked for with each look at the cluster's health, as for an open row of the tree.
    hosted.open(entry, row);
  }

  get shown(): ShownHosted {
    const { definition, config } = this.entry;
    const { hosted } = definition.capabilities;
    const { backups, warnings = [], asking, error } = this.services.hosted.of(this.entry);
    const found = backups?.find(({ id }) => id === this.#backup.id);
    this.#backup = found ?? this.#backup;
    const { detail: _, ...told } = error ?? { detail: undefined };
    return {
      cluster: config.name,
      system: definition.title,
      place: hosted?.title ?? '',
      ...(hosted?.group === undefined ? {} : { group: hosted.group }),
      ...(hosted?.covers === undefined ? {} : { covers: hosted.covers }),
      backup: this.#backup,
      // Where some could not be asked, it may be among them.
      gone: backups !== undefined && error === undefined && warnings.length === 0 && !found,
      asking,
      ...('code' in told ? { error: told } : {}),
      can: {
        restore: hosted?.restore === true,
        remove: hosted?.remove === true,
        fetch: hosted?.fetch === true,
      },
    };
  }

  reveal(): void {
    this.#panel.reveal();
    this.#post();
  }

  receive({ type }: HostedRequest): void {
    const command = ACTIONS[type];
    if (command !== undefined) {
      const argument = { entry: this.entry, hosted: this.#backup };
      void vscode.commands.executeCommand(command, argument);
    } else if (type === 'refresh') {
      void this.services.hosted.refresh(this.entry);
      this.#post();
    } else this.#post();
  }

  #post(): void {
    const reply: HostedReply = { type: 'hosted', shown: this.shown };
    // Lost while the page is hidden: it asks with `ready` when it comes back.
    void this.#panel.webview.postMessage(reply);
  }
}
