import type * as vscode from 'vscode';
import type { RestorePlan } from '../../core/plan';
import { asksAnything } from '../../core/restoreChoices';
import { systemById } from '../../adapters/registry';
import { isHosted } from '../../protocol/planMessages';
import type { AnyPlan, PlanOutcome, PlanReply, PlanRequest } from '../../protocol/planMessages';
import type { Services } from '../services';
import { PlanSession } from './planSession';
import type { ConfirmedPlan, Replan } from './planSession';
import { openPage } from './webviewPage';

const VIEW_TYPE = 'clusterBackup.restorePlan';

/** How a plan is shown, and what can be done with it. */
export interface PlanPageOptions<P extends AnyPlan = RestorePlan> {
  dryRun: boolean;
  /** As in `PlanSessionOptions`. */
  safetyBackup?: boolean;
  /** Plans with other choices; left out where nothing can be chosen. */
  replan?: Replan<P>;
  /** Asks for what the backup can't hold; base64, undefined when the person gives up. */
  askPayload?: (
    asked: { id: string; title: string },
    from: 'file' | 'text',
  ) => Promise<string | undefined>;
}

/** A plan on its page. */
export interface PlanPage<P extends AnyPlan = RestorePlan> {
  /**
   * Waits for *Restore…*: gives the plan that the page showed then, to be confirmed once more by the caller. Undefined
   * when the page was closed or another plan of the cluster took its place; for a dry run, at once.
   */
  decision(): Promise<ConfirmedPlan<P> | undefined>;
  /** Says what has come of it. @param outcome `cancelled` also when the person did not confirm */
  tell(outcome: PlanOutcome): void;
  /** The person did not confirm and may choose on. */
  reopen(): void;
}

/** One panel a cluster: a new plan takes the place of the former. */
const panels = new Map<string, PlanPanel>();
let series = 0;

/**
 * Shows what a restore would do. The panel stays until it is closed, so that the plan can be read while it is carried
 * out.
 */
export function showRestorePlan<P extends AnyPlan>(
  services: Pick<Services, 'context'>,
  plan: P,
  options: PlanPageOptions<P>,
): PlanPage<P> {
  const { cluster } = plan;
  let panel = panels.get(cluster);
  if (panel === undefined) {
    panel = new PlanPanel(services.context.extensionUri, cluster, () => panels.delete(cluster));
    panels.set(cluster, panel);
  }
  return panel.show(plan, options);
}

/** Hands a page's message to a panel, as the page would; for tests, which can't reach into a page. */
export function receiveFromPage(cluster: string, request: PlanRequest): void {
  panels.get(cluster)?.receive(request);
}

/** What a cluster's page is sent; for tests. */
export function shownOnPage(cluster: string): PlanReply['shown'] | undefined {
  return panels.get(cluster)?.shown;
}

/** What the panel needs of a session, whatever its plans. */
type Session = Pick<
  PlanSession<AnyPlan>,
  'shown' | 'choose' | 'give' | 'replan' | 'confirm' | 'tell' | 'end'
>;

/** Somebody waits for the person to decide. */
interface Decision {
  /** False when what the page shows is not what is planned. @param edit of the page */
  confirm(edit: number): boolean;
  leave(): void;
}

/** Whether it can be planned otherwise; on the platform's side at least without a backup first. */
function canChoose(plan: AnyPlan): boolean {
  return isHosted(plan) || plan.changes !== undefined || asksAnything(plan);
}

class PlanPanel {
  readonly #panel: vscode.WebviewPanel;
  #session: Session | undefined;
  #askPayload: PlanPageOptions['askPayload'];
  #decision: Decision | undefined;

  constructor(extension: vscode.Uri, cluster: string, onDispose: () => void) {
    const title = `Restore plan: ${cluster}`;
    this.#panel = openPage(extension, 'plan', VIEW_TYPE, title);
    const { webview } = this.#panel;
    const listening = webview.onDidReceiveMessage((request: PlanRequest) => this.receive(request));
    this.#panel.onDidDispose(() => {
      listening.dispose();
      onDispose();
      this.#session?.end();
      this.#session = undefined;
      this.#leave();
    });
  }

  get shown(): PlanReply['shown'] | undefined {
    return this.#session?.shown;
  }

  show<P extends AnyPlan>(plan: P, options: PlanPageOptions<P>): PlanPage<P> {
    this.#session?.end();
    this.#leave();
    this.#askPayload = options.askPayload;
    const system = systemById(plan.system);
    const session = new PlanSession<P>({
      plan,
      system: system?.title,
      covers: isHosted(plan) ? system?.capabilities.hosted?.covers : undefined,
      dryRun: options.dryRun,
      safetyBackup: options.safetyBackup,
      series: ++series,
      replan: canChoose(plan) ? options.replan : undefined,
      onChange: () => this.#post(),
    });
    this.#session = session;
    this.#post();
    this.#panel.reveal();
    const mine = () => this.#session === session;
    return {
      decision: () => {
        if (options.dryRun || !mine()) return Promise.resolve(undefined);
        return new Promise((resolve) => {
          this.#decision = {
            confirm: (edit) => {
              const confirmed = session.confirm(edit);
              if (confirmed === undefined) return false;
              session.tell({ kind: 'asked' });
              resolve(confirmed);
              return true;
            },
            leave: () => resolve(undefined),
          };
        });
      },
      tell: (outcome) => mine() && session.tell(outcome),
      reopen: () => mine() && session.reopen(),
    };
  }

  receive(request: PlanRequest): void {
    const session = this.#session;
    if (request.type === 'close') this.#panel.dispose();
    else if (request.type === 'ready') this.#post();
    else if (request.type === 'choose') {
      session?.choose(request.choices, request.edit, request.safetyBackup);
    } else if (request.type === 'forget') session?.give(request.id, undefined);
    else if (request.type === 'replan') session?.replan();
    else if (request.type === 'give') void this.#give(request.id, request.from);
    else if (this.#decision?.confirm(request.edit) === true) this.#decision = undefined;
    // What the page shows is not what is planned: it is about to be told.
    else this.#post();
  }

  async #give(id: string, from: 'file' | 'text'): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    const { plan } = session.shown;
    const changes = isHosted(plan) ? [] : (plan.changes ?? []);
    const asked =
      changes.find((change) => change.id === id)?.asks ??
      plan.items.find(({ asks }) => asks?.id === id)?.asks;
    if (asked === undefined) return;
    const payload = await this.#askPayload?.({ id, title: asked.title }, from);
    if (payload !== undefined) session.give(id, payload);
  }

  #leave(): void {
    const decision = this.#decision;
    this.#decision = undefined;
    decision?.leave();
  }

  #post(): void {
    if (this.#session === undefined) return;
    const reply: PlanReply = { type: 'plan', shown: this.#session.shown };
    // Lost while the page is hidden: it asks with `ready` when it comes back.
    void this.#panel.webview.postMessage(reply);
  }
}
