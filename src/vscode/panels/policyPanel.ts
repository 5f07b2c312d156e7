import * as vscode from 'vscode';
import { offsetOf } from '../../core/config/policyText';
import type { EditedPolicy } from '../../core/config/policyText';
import { coreErrors } from '../../core/errors';
import { planPolicy } from '../../core/policy/policyPlan';
import type { PolicyPlan } from '../../core/policy/policyPlan';
import { commands, settings } from '../../ids';
import { policyRequestSchema } from '../../protocol/policyMessages';
import type { PolicyPlace, PolicyRequest, ShownPolicy } from '../../protocol/policyMessages';
import { changeConfigText, readConfigText } from '../configText';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { ClusterPanels } from './clusterPanels';
import { showPolicyDiff } from './policyDiff';
import { readShown, saidByOf, shownCluster } from './policyShown';
import { ReviewPanel } from './reviewPanel';

const SAVE = 'Save';
/** What changes often in a row is read once. */
const REST_MS = 500;

const panels = new ClusterPanels((...parts) => new PolicyPanel(...parts));

/**
 * Shows a cluster's policy and what comes of it, and saves what the person changes and has reviewed.
 *
 * @returns the panel, once the policy has been read or could not be; one a cluster
 */
export function showPolicy(services: Services, entry: ClusterEntry): Promise<PolicyPanel> {
  return panels.show(services, entry);
}

/** The page and what it asks for. */
export class PolicyPanel extends ReviewPanel<PolicyRequest, ShownPolicy> {
  #plan: PolicyPlan | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #watching: vscode.Disposable;

  constructor(services: Services, entry: ClusterEntry, onClose: () => void) {
    super(services, entry, {
      screen: 'policy',
      name: 'Policy',
      shown: shownCluster(entry),
      requests: policyRequestSchema,
      done: 'saved',
      onClose,
    });
    this.#watching = services.store.onDidChange((changed) => this.#changedOutside(changed));
  }

  protected override closed(): void {
    clearTimeout(this.#timer);
    this.#watching.dispose();
  }

  protected override async answer(request: PolicyRequest): Promise<void> {
    if (request.type === 'ready') this.page.post();
    else if (request.type === 'platform')
      await vscode.commands.executeCommand(commands.editRetention, { entry: this.entry });
    else if (request.type === 'setting')
      await vscode.commands.executeCommand('workbench.action.openSettings', settings.runSchedules);
    else if (request.type === 'open') await this.#open(request.place);
    else if (this.shown.busy !== undefined) return;
    else if (request.type === 'refresh') await this.readAnew();
    else if (request.type === 'review') await this.#review(request.edited);
    else if (request.type === 'back') this.leaveReview();
    else if (request.type === 'diff') await this.#diff();
    else await this.#save(request.number);
  }

  protected override async read(): Promise<void> {
    const read = await readShown(this.services, this.entry);
    this.page.leave('review', 'own', 'inherited', 'backups');
    this.page.change(read);
  }

  /** Another window, the agent or a hand changed the file or the vault. */
  #changedOutside(changed: ClusterEntry | undefined): void {
    const { key } = this.entry;
    if (changed !== undefined && changed.key !== key) return;
    this.entry = this.services.store.entries.find((entry) => entry.key === key) ?? this.entry;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.isAtRest || this.page.isClosed) return;
      void this.read().catch((error: unknown) => this.page.fail(error));
    }, REST_MS);
  }

  async #review(edited: EditedPolicy): Promise<void> {
    this.page.leave('review');
    await this.page.during('planning', async () => {
      const { file, name } = this.entry.config;
      const text = await readConfigText(file);
      const backups = this.shown.platform?.settings === true ? undefined : this.shown.backups;
      const system = this.entry.definition;
      const plan = planPolicy({ text, cluster: name, edited, system }, backups, new Date());
      if (this.page.isClosed) return;
      this.#plan = plan;
      const { items, goes } = plan;
      this.page.change({ review: { edited, items, goes: goes.length, number: this.nextNumber() } });
      await this.#diff();
    });
  }

  async #diff(): Promise<void> {
    const { file, name } = this.entry.config;
    if (this.shown.review === undefined || this.#plan === undefined) return;
    await showPolicyDiff(file, name, this.#plan.after);
  }

  async #save(number: number): Promise<void> {
    const { review } = this.shown;
    const plan = this.#plan;
    // What the page showed is not what was planned last: it is about to be told.
    if (plan === undefined || review?.number !== number) {
      this.page.post();
      return;
    }
    if (review.goes > 0) await this.page.during('asked', () => this.#confirm(review.goes));
    if (this.shown.problem !== undefined && review.goes > 0) return;
    await this.page.during('saving', async () => {
      await changeConfigText(this.entry.config.file, (text) => {
        if (text === plan.before) return plan.after;
        throw coreErrors.planChanged({
          message: `${this.entry.config.file} was changed since the change was planned.`,
        });
      });
      await this.services.store.reload();
      await this.read();
      this.page.change({ saved: true });
    });
    await this.readAfterFailure();
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
      this.page.fail(error);
    }
  }
}
