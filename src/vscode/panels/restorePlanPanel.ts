import * as vscode from 'vscode';
import type { RestorePlan } from '../../core/plan';
import type { PlanOutcome, PlanReply, PlanRequest, ShownPlan } from '../../protocol/planMessages';
import type { Services } from '../services';
import { pageHtml, pageOptions } from './webviewPage';

const VIEW_TYPE = 'clusterBackup.restorePlan';

/** One panel a cluster: a new plan takes the place of the former. */
const panels = new Map<string, PlanPanel>();

/**
 * Shows what a restore would do, and waits for the person. The panel stays until it is closed, so that the
 * plan can be read while it is carried out; `tellRestoreOutcome` says how that went.
 *
 * @returns `restore` when the person wants to go on (to be confirmed once more by the caller), `closed`
 *   when the panel was closed or another plan of the cluster took its place; for a dry run, at once `closed`
 */
export function showRestorePlan(
  services: Pick<Services, 'context'>,
  plan: RestorePlan,
  { dryRun }: { dryRun: boolean },
): Promise<'restore' | 'closed'> {
  const { cluster } = plan;
  let panel = panels.get(cluster);
  if (panel === undefined) {
    panel = new PlanPanel(services.context.extensionUri, cluster, () => panels.delete(cluster));
    panels.set(cluster, panel);
  }
  return panel.show({ plan, dryRun });
}

/**
 * Says in the panel of a cluster's plan what has come of it; without effect when it was closed.
 *
 * @param outcome `cancelled` also when the person did not confirm
 */
export function tellRestoreOutcome(cluster: string, outcome: PlanOutcome): void {
  panels.get(cluster)?.tell(outcome);
}

class PlanPanel {
  readonly #panel: vscode.WebviewPanel;
  #shown: ShownPlan | undefined;
  #decide: ((answer: 'restore' | 'closed') => void) | undefined;

  constructor(extension: vscode.Uri, cluster: string, onDispose: () => void) {
    const title = `Restore plan: ${cluster}`;
    this.#panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      title,
      { viewColumn: vscode.ViewColumn.Active },
      { ...pageOptions(extension), enableFindWidget: true },
    );
    const { webview } = this.#panel;
    const listening = webview.onDidReceiveMessage((request: PlanRequest) => this.#receive(request));
    this.#panel.onDidDispose(() => {
      listening.dispose();
      onDispose();
      this.#answer('closed');
    });
    webview.html = pageHtml(webview, extension, 'plan', title);
  }

  show(shown: ShownPlan): Promise<'restore' | 'closed'> {
    this.#answer('closed');
    this.#shown = shown;
    this.#post();
    this.#panel.reveal();
    if (shown.dryRun) return Promise.resolve('closed');
    return new Promise((resolve) => (this.#decide = resolve));
  }

  tell(outcome: PlanOutcome): void {
    if (this.#shown === undefined) return;
    this.#shown = { ...this.#shown, outcome };
    this.#post();
  }

  #answer(answer: 'restore' | 'closed'): void {
    const decide = this.#decide;
    this.#decide = undefined;
    decide?.(answer);
  }

  #post(): void {
    if (this.#shown === undefined) return;
    const reply: PlanReply = { type: 'plan', shown: this.#shown };
    // Lost while the page is hidden: it asks with `ready` when it comes back.
    void this.#panel.webview.postMessage(reply);
  }

  #receive(request: PlanRequest): void {
    if (request.type === 'ready') this.#post();
    else if (request.type === 'close') this.#panel.dispose();
    else if (this.#shown?.plan.possible === true && this.#decide !== undefined) {
      this.tell({ kind: 'asked' });
      this.#answer('restore');
    }
  }
}
