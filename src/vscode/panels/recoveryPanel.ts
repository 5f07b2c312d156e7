import * as vscode from 'vscode';
import type { RecoveryStep } from '../../core/recovery';
import { commands } from '../../ids';
import type { RecoveryRequest, ShownRecovery } from '../../protocol/recoveryMessages';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { ClusterPanels } from './clusterPanels';
import { ShownPage } from './shownPage';

const panels = new ClusterPanels((...parts) => new RecoveryPanel(...parts));

/**
 * Shows the walk back of a cluster, read anew, and takes its steps as the person asks for them.
 *
 * @returns the panel, once the walk has been read or could not be; one a cluster
 */
export function showRecovery(services: Services, entry: ClusterEntry): Promise<RecoveryPanel> {
  return panels.show(services, entry);
}

/** The page and what it asks for. */
export class RecoveryPanel {
  readonly #page: ShownPage<ShownRecovery>;
  #abort: AbortController | undefined;

  constructor(
    private readonly services: Services,
    private entry: ClusterEntry,
    onClose: () => void,
  ) {
    const { name } = entry.config;
    this.#page = new ShownPage<ShownRecovery>(services, {
      screen: 'recovery',
      title: `Recover: ${name}`,
      about: `Recovery of ${name}`,
      shown: { cluster: name },
      once: ['taken'],
      receive: (request) => void this.receive(request as RecoveryRequest),
      onClose: () => {
        // A step goes on: it has been confirmed, and its notification can cancel it. A look does not.
        if (this.shown.busy?.kind === 'reading') this.#abort?.abort();
        onClose();
      },
    });
  }

  /** What the page is told. */
  get shown(): ShownRecovery {
    return this.#page.shown;
  }

  async show(entry: ClusterEntry): Promise<void> {
    this.entry = entry;
    this.#page.reveal();
    if (this.shown.busy === undefined) await this.#read();
  }

  /** What the page wants; resolves when it is done. */
  async receive(request: RecoveryRequest): Promise<void> {
    if (request.type === 'ready') this.#page.post();
    else if (request.type === 'cancel') this.#abort?.abort();
    else if (request.type === 'copy') await this.#copy(request.step, request.command);
    else if (this.shown.busy !== undefined) return;
    else if (request.type === 'refresh') await this.#read();
    else if (request.type === 'take') await this.#take(request.step, request.answers);
    else await this.#handover(request.step);
  }

  async #read(): Promise<void> {
    const { services, entry } = this;
    const abort = (this.#abort = new AbortController());
    await this.#page.during({ kind: 'reading' }, async () => {
      const cluster = await services.store.resolve(entry, services.secrets.asking);
      const walk = await services.client.call('recovery', { cluster }, { signal: abort.signal });
      this.#page.change({ walk, at: new Date().toISOString() });
    });
  }

  async #take(id: string, answers: Record<string, string>): Promise<void> {
    const step = this.#step(id);
    if (step === undefined) return;
    const { services, entry } = this;
    const { name } = entry.config;
    await this.#page.during({ kind: 'asked', step: step.title }, async () => {
      const given = await this.#ask(step, answers);
      if (given === undefined) {
        this.#cancelled(step);
        return;
      }
      const cluster = await services.store.resolve(entry, services.secrets.asking);
      this.#page.change({ busy: { kind: 'running', step: step.title } });
      const title = `Recover ${name}: ${step.title}`;
      const abort = (this.#abort = new AbortController());
      const params = { cluster, step: id, answers: given };
      const walk = await runOperation(services, title, 'recover', params, abort);
      this.#page.change({ walk, at: new Date().toISOString(), taken: step.title });
    });
    void services.store.refreshHealth(entry);
    // Also after a failure: what is seen decides how it goes on.
    if (this.shown.problem?.cancelled === false) await this.#readQuietly();
  }

  /** The walk as it is now, with the message of what failed left standing. */
  async #readQuietly(): Promise<void> {
    const { problem } = this.shown;
    await this.#read();
    if (problem !== undefined) this.#page.change({ problem });
  }

  /** Secrets, then the confirmation; undefined when the person gave up. */
  async #ask(
    step: RecoveryStep,
    answers: Record<string, string>,
  ): Promise<Record<string, string> | undefined> {
    const { ui } = this.services;
    const { name } = this.entry.config;
    const given = { ...answers };
    for (const question of step.questions ?? []) {
      if (question.secret !== true) continue;
      const value = await ui.input({
        title: `Recover ${name}: ${step.title}`,
        prompt: `${question.title}. Used for this step, kept nowhere.`,
        password: true,
      });
      if (value === undefined || (value === '' && question.optional !== true)) return undefined;
      given[question.field] = value;
    }
    if (!step.destructive) return given;
    const sure = await ui.confirm({
      message: `${step.title}?`,
      detail: [`Cluster: ${name}.`, step.consequence].filter((t) => t !== undefined).join('\n'),
      accept: 'Do It',
    });
    return sure ? given : undefined;
  }

  #cancelled(step: RecoveryStep): void {
    const message = `“${step.title}” was not confirmed; nothing was changed.`;
    this.#page.change({ problem: { message, next: '', code: 'core.cancelled', cancelled: true } });
  }

  async #handover(id: string): Promise<void> {
    const handover = this.#step(id)?.handover;
    if (handover === undefined) return;
    const command = { backup: commands.createBackup, restore: commands.restoreBackup }[handover];
    await vscode.commands.executeCommand(command, { entry: this.entry });
    if (!this.#page.isClosed) await this.#read();
  }

  async #copy(id: string, command: number | undefined): Promise<void> {
    const lines = this.#step(id)?.commands ?? [];
    const text = command === undefined ? lines.join('\n') : lines[command];
    if (text === undefined) return;
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage('$(copy) Copied', 2_000);
  }

  #step(id: string): RecoveryStep | undefined {
    return this.shown.walk?.steps.find((step) => step.id === id);
  }
}
