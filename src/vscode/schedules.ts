import * as vscode from 'vscode';
import type { AgentState } from '../core/agent/ports';
import { toErrorInfo } from '../core/errors';
import { settings } from '../ids';
import type { Services } from './services';
import { runSchedules } from './settings';

/** An agent that runs in this window. */
interface Running {
  stop: AbortController;
  ended: Promise<void>;
  state?: () => AgentState;
}

/**
 * The clusters' schedules, run by this window while it is open and the setting says so. Never in a workspace that is
 * not trusted: its configuration could have programs run.
 */
export class Schedules implements vscode.Disposable {
  #running: Running | undefined;
  #disposed = false;
  readonly #subscriptions: vscode.Disposable;

  constructor(private readonly services: Services) {
    this.#subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(settings.runSchedules)) this.#follow();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#follow()),
    );
    this.#follow();
  }

  /** What the agent of this window does; undefined while there is none. */
  get state(): AgentState | undefined {
    return this.#running?.state?.();
  }

  /** Whether an agent runs in this window, or is about to end. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  #follow(): void {
    const wanted = !this.#disposed && vscode.workspace.isTrusted && runSchedules();
    if (!wanted) this.#running?.stop.abort();
    else if (this.#running === undefined) this.#start();
  }

  #start(): void {
    const stop = new AbortController();
    const running: Running = { stop, ended: Promise.resolve() };
    this.#running = running;
    running.ended = this.#run(running)
      .catch((error: unknown) => this.#tell(error))
      .then(() => {
        this.#running = undefined;
        // Switched on again while the last one was ending.
        if (stop.signal.aborted) this.#follow();
      });
  }

  async #run(running: Running): Promise<void> {
    const { prepareSchedules } = await import('./schedulesAgent');
    const { signal } = running.stop;
    const prepared = prepareSchedules(this.services, signal);
    const { agent } = prepared;
    running.state = () => agent.state();
    try {
      if (!signal.aborted) await agent.run(signal);
    } finally {
      prepared.dispose();
    }
  }

  #tell(error: unknown): void {
    const { code, message, next } = toErrorInfo(error);
    const text = `This window runs no schedules any more: ${message} ${next} [${code}]`;
    this.services.log.error(text);
    void this.services.ui.error(text);
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscriptions.dispose();
    this.#running?.stop.abort();
  }
}
