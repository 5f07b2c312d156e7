import * as vscode from 'vscode';
import { offsetOf } from '../../core/config/policyText';
import type { EditedPolicy } from '../../core/config/policyText';
import { coreErrors, isCancellation, toErrorInfo } from '../../core/errors';
import { planPolicy } from '../../core/policy/policyPlan';
import type { PolicyPlan } from '../../core/policy/policyPlan';
import { commands, settings } from '../../ids';
import { policyRequestSchema } from '../../protocol/policyMessages';
import type {
  PolicyBusy,
  PolicyPlace,
  PolicyReply,
  PolicyRequest,
  ShownPolicy,
} from '../../protocol/policyMessages';
import { changeConfigText, readConfigText } from '../configText';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { showPolicyDiff } from './policyDiff';
import { readShown, saidByOf, shownCluster } from './policyShown';
import { openPage } from './webviewPage';

const VIEW_TYPE = 'clusterBackup.policy';
const PLAN_CHANGED = 'core.planChanged';
const SAVE = 'Save';
/** What changes often in a row is read once. */
const REST_MS = 500;

/** One panel a cluster. */
const panels = new Map<string, PolicyPanel>();

/**
 * Shows a cluster's policy and what comes of it, and saves what the person changes and has reviewed.
 *
 * @returns the panel, once the policy has been read or could not be; one a cluster
 */
export async function showPolicy(services: Services, entry: ClusterEntry): Promise<PolicyPanel> {
  let panel = panels.get(entry.key);
  if (panel === undefined) {
    panel = new PolicyPanel(services, entry, () => panels.delete(entry.key));
    panels.set(entry.key, panel);
  }
  await panel.show(entry);
  return panel;
}

/** The page and what it asks for. */
export class PolicyPanel {
  readonly #panel: vscode.WebviewPanel;
  #shown: ShownPolicy;
  #plan: PolicyPlan | undefined;
  #reviews = 0;
  #disposed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly services: Services,
    private entry: ClusterEntry,
    onDispose: () => void,
  ) {
    const title = `Policy: ${entry.config.name}`;
    this.#shown = shownCluster(entry);
    this.#panel = openPage(services.context.extensionUri, 'policy', VIEW_TYPE, title);
    const listening = [
      this.#panel.webview.onDidReceiveMessage((request: unknown) => this.receive(request)),
      services.store.onDidChange((changed) => this.#changedOutside(changed)),
    ];
    this.#panel.onDidDispose(() => {
      this.#disposed = true;
      clearTimeout(this.#timer);
      for (const one of listening) one.dispose();
      onDispose();
    });
  }

  /** What the page is told. */
  get shown(): ShownPolicy {
    return this.#shown;
  }

  async show(entry: ClusterEntry): Promise<void> {
    this.entry = entry;
    this.#panel.reveal();
    const { busy, review } = this.#shown;
    // What is being reviewed stays: it is checked against the file when it is saved.
    if (busy === undefined && review === undefined)
      await this.#during('reading', () => this.#read());
  }

  /** What the page wants; resolves when it is done. What is no request of ours is left alone. */
  async receive(message: unknown): Promise<void> {
    const parsed = policyRequestSchema.safeParse(message);
    if (parsed.success) await this.#answer(parsed.data);
    else
      this.services.log.warn(`Policy page: a request was not understood: ${parsed.error.message}`);
  }

  async #answer(request: PolicyRequest): Promise<void> {
    if (request.type === 'ready') this.#post();
    else if (request.type === 'platform')
      await vscode.commands.executeCommand(commands.editRetention, { entry: this.entry });
    else if (request.type === 'setting')
      await vscode.commands.executeCommand('workbench.action.openSettings', settings.runSchedules);
    else if (request.type === 'open') await this.#open(request.place);
    else if (this.#shown.busy !== undefined) return;
    else if (request.type === 'refresh') await this.#during('reading', () => this.#read());
    else if (request.type === 'review') await this.#review(request.edited);
    else if (request.type === 'back') {
      this.#leave('review', 'problem');
      this.#post();
    } else if (request.type === 'diff') await this.#diff();
    else await this.#save(request.number);
  }

  async #read(): Promise<void> {
    const read = await readShown(this.services, this.entry);
    this.#leave('review', 'own', 'inherited', 'backups');
    this.#change(read);
  }

  /** Another window, the agent or a hand changed the file or the vault. */
  #changedOutside(changed: ClusterEntry | undefined): void {
    const { key } = this.entry;
    if (changed !== undefined && changed.key !== key) return;
    this.entry = this.services.store.entries.find((entry) => entry.key === key) ?? this.entry;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { busy, review } = this.#shown;
      if (busy !== undefined || review !== undefined || this.#disposed) return;
      void this.#read().catch((error: unknown) => this.#fail(error));
    }, REST_MS);
  }

  async #review(edited: EditedPolicy): Promise<void> {
    this.#leave('review');
    await this.#during('planning', async () => {
      const { file, name } = this.entry.config;
      const text = await readConfigText(file);
      const backups = this.#shown.platform?.settings === true ? undefined : this.#shown.backups;
      const system = this.entry.definition;
      const plan = planPolicy({ text, cluster: name, edited, system }, backups, new Date());
      if (this.#disposed) return;
      this.#plan = plan;
      const { items, goes } = plan;
      this.#change({ review: { edited, items, goes: goes.length, number: ++this.#reviews } });
      await this.#diff();
    });
  }

  async #diff(): Promise<void> {
    const { file, name } = this.entry.config;
    if (this.#shown.review === undefined || this.#plan === undefined) return;
    await showPolicyDiff(file, name, this.#plan.after);
  }

  async #save(number: number): Promise<void> {
    const { review } = this.#shown;
    const plan = this.#plan;
    // What the page showed is not what was planned last: it is about to be told.
    if (plan === undefined || review?.number !== number) {
      this.#post();
      return;
    }
    if (review.goes > 0) await this.#during('asked', () => this.#confirm(review.goes));
    if (this.#shown.problem !== undefined && review.goes > 0) return;
    await this.#during('saving', async () => {
      await changeConfigText(this.entry.config.file, (text) => {
        if (text === plan.before) return plan.after;
        throw coreErrors.planChanged({
          message: `${this.entry.config.file} was changed since the change was planned.`,
        });
      });
      await this.services.store.reload();
      await this.#read();
      this.#change({ saved: true });
    });
    await this.#readAfterFailure();
  }

  /** What is there now decides how it goes on; the message of what failed stays beside it. */
  async #readAfterFailure(): Promise<void> {
    const { problem } = this.#shown;
    if (this.#disposed || problem === undefined) return;
    await this.#during('reading', () => this.#read());
    this.#leave('review');
    const wasRead = this.#shown.problem === undefined;
    const overtaken = wasRead && problem.code === PLAN_CHANGED;
    this.#change({ problem, ...(overtaken ? { overtaken: true } : {}) });
  }

  /** @throws `core.cancelled` where the person says no */
  async #confirm(goes: number): Promise<void> {
    const answer = await this.services.ui.decide({
      message: `Save the policy of ${this.entry.config.name}?`,
      detail: `${goes === 1 ? 'One backup goes' : `${goes} backups go`} with the next prune, for good. The page names them.`,
      buttons: [SAVE],
    });
    if (answer === SAVE) return;
    throw coreErrors.cancelled({ message: 'The change was not confirmed; nothing was saved.' });
  }

  async #open(place: PolicyPlace): Promise<void> {
    try {
      const { file, name } = this.entry.config;
      const { text, field, saidBy } = await saidByOf(this.entry, place);
      const line = text.slice(0, offsetOf(text, name, field, saidBy)).split('\n').length - 1;
      const selection = new vscode.Range(line, 0, line, 0);
      const viewColumn = vscode.ViewColumn.Beside;
      await vscode.window.showTextDocument(vscode.Uri.file(file), { selection, viewColumn });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Runs with the page told what goes on, and tells it what failed. */
  async #during(kind: PolicyBusy, run: () => Promise<void>): Promise<void> {
    this.#leave('problem', 'overtaken', 'saved');
    this.#change({ busy: kind });
    try {
      await run();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#leave('busy');
      this.#post();
    }
  }

  #fail(error: unknown): void {
    const { message, next, code } = toErrorInfo(error);
    this.services.log.error(`Policy of ${this.entry.config.name}: ${code}: ${message}`);
    this.#change({ problem: { message, next, code, cancelled: isCancellation(error) } });
  }

  /** Without telling the page: what comes next does. */
  #leave(...keys: (keyof ShownPolicy)[]): void {
    const left = Object.entries(this.#shown).filter(
      ([key]) => !keys.includes(key as keyof ShownPolicy),
    );
    this.#shown = Object.fromEntries(left) as unknown as ShownPolicy;
  }

  #change(change: Partial<ShownPolicy>): void {
    this.#shown = { ...this.#shown, ...change };
    this.#post();
  }

  #post(): void {
    if (this.#disposed) return;
    const reply: PolicyReply = { type: 'policy', shown: this.#shown };
    // Lost while the page is hidden: it asks with `ready` when it comes back.
    void this.#panel.webview.postMessage(reply);
  }
}
