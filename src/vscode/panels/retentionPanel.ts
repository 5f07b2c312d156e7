import type * as vscode from 'vscode';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { coreErrors, isCancellation, toErrorInfo } from '../../core/errors';
import type {
  RetentionChange,
  RetentionPlan,
  RetentionSettings,
} from '../../core/retention/settings';
import { retentionRequestSchema } from '../../protocol/retentionMessages';
import type {
  RetentionBusy,
  RetentionReply,
  RetentionRequest,
  ShownRetention,
} from '../../protocol/retentionMessages';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { showRetentionDiff } from './retentionDiff';
import { openPage } from './webviewPage';

const VIEW_TYPE = 'clusterBackup.retention';
const PLAN_CHANGED = 'core.planChanged';
const SEND = 'Send';

/** One panel a cluster. */
const panels = new Map<string, RetentionPanel>();

/**
 * Shows how long a platform keeps its backups, read anew, and sends what the person changes and has reviewed.
 *
 * @returns the panel, once the settings have been read or could not be; one a cluster
 */
export async function showRetention(
  services: Services,
  entry: ClusterEntry,
): Promise<RetentionPanel> {
  let panel = panels.get(entry.key);
  if (panel === undefined) {
    panel = new RetentionPanel(services, entry, () => panels.delete(entry.key));
    panels.set(entry.key, panel);
  }
  await panel.show(entry);
  return panel;
}

/** The page and what it asks for. */
export class RetentionPanel {
  readonly #panel: vscode.WebviewPanel;
  #shown: ShownRetention;
  #abort: AbortController | undefined;
  #reviews = 0;
  #disposed = false;

  constructor(
    private readonly services: Services,
    private entry: ClusterEntry,
    onDispose: () => void,
  ) {
    const { extensionUri } = services.context;
    const { config, definition } = entry;
    const title = `Retention: ${config.name}`;
    this.#shown = { cluster: config.name, system: definition.title };
    this.#panel = openPage(extensionUri, 'retention', VIEW_TYPE, title);
    const { webview } = this.#panel;
    const listening = webview.onDidReceiveMessage((request: unknown) => this.receive(request));
    this.#panel.onDidDispose(() => {
      this.#disposed = true;
      // What is being sent goes on: it has been confirmed, and its notification can cancel it. A look does not.
      if (this.#shown.busy !== 'sending') this.#abort?.abort();
      listening.dispose();
      onDispose();
    });
  }

  /** What the page is told. */
  get shown(): ShownRetention {
    return this.#shown;
  }

  async show(entry: ClusterEntry): Promise<void> {
    this.entry = entry;
    this.#panel.reveal();
    const { busy, review } = this.#shown;
    // What is being reviewed stays: it is checked against the platform when it is sent.
    if (busy === undefined && review === undefined)
      await this.#during('reading', () => this.#read());
  }

  /** What the page wants; resolves when it is done. What is no request of ours is left alone. */
  async receive(message: unknown): Promise<void> {
    const parsed = retentionRequestSchema.safeParse(message);
    if (!parsed.success) {
      this.services.log.warn(
        `Retention page: a request was not understood: ${parsed.error.message}`,
      );
      return;
    }
    await this.#answer(parsed.data);
  }

  async #answer(request: RetentionRequest): Promise<void> {
    if (request.type === 'ready') this.#post();
    else if (request.type === 'cancel') this.#abort?.abort();
    else if (this.#shown.busy !== undefined) return;
    else if (request.type === 'refresh') await this.#during('reading', () => this.#read());
    else if (request.type === 'review') await this.#review(request.change);
    else if (request.type === 'back') {
      this.#leave('review', 'problem');
      this.#post();
    } else if (request.type === 'diff') await this.#diff();
    else await this.#send(request.number);
  }

  async #read(): Promise<void> {
    const { cluster, signal } = await this.#resolved();
    this.#keep(await this.services.client.call('retention', { cluster }, { signal }));
  }

  /** A plan is one of the settings that were read before: it goes with them. */
  #keep(settings: RetentionSettings): void {
    this.#leave('review');
    this.#change({ settings, at: new Date().toISOString() });
  }

  async #review(change: RetentionChange): Promise<void> {
    this.#leave('review');
    await this.#during('planning', async () => {
      const { cluster, signal } = await this.#resolved();
      const params = { cluster, change };
      const plan = await this.services.client.call('planRetention', params, { signal });
      if (this.#disposed) return;
      this.#change({ review: { plan, number: ++this.#reviews } });
      await this.#diff();
    });
  }

  async #diff(): Promise<void> {
    const plan = this.#shown.review?.plan;
    if (plan === undefined) return;
    const kind = this.#titleOf(plan.change.kind);
    await showRetentionDiff(`Retention of ${kind} on ${this.entry.config.name}`, plan);
  }

  async #send(number: number): Promise<void> {
    const plan = this.#shown.review?.plan;
    // What the page showed is not what was planned last, or cannot be sent: it is about to be told.
    if (plan === undefined || this.#shown.review?.number !== number || blocked(plan)) {
      this.#post();
      return;
    }
    await this.#during('asked', () => this.#confirm(plan));
    if (this.#shown.problem !== undefined) return;
    await this.#during('sending', async () => {
      const { services, entry } = this;
      const cluster = await services.store.resolve(entry, services.secrets.asking);
      const title = `Retention of ${entry.config.name}: ${this.#titleOf(plan.change.kind)}`;
      const abort = (this.#abort = new AbortController());
      const params = { cluster, plan };
      this.#keep(await runOperation(services, title, 'writeRetention', params, abort));
      this.#change({ sent: plan.change.kind });
    });
    await this.#readAfterFailure();
  }

  /** What is there now decides how it goes on; the message of what failed stays beside it. */
  async #readAfterFailure(): Promise<void> {
    const { problem } = this.#shown;
    if (this.#disposed || problem === undefined) return;
    await this.#during('reading', () => this.#read());
    // A plan that can't be sent any more is gone also where nothing new could be read.
    this.#leave('review');
    const wasRead = this.#shown.problem === undefined;
    const overtaken = wasRead && problem.code === PLAN_CHANGED;
    this.#change({ problem, ...(overtaken ? { overtaken: true } : {}) });
  }

  /** @throws `core.cancelled` where the person says no */
  async #confirm({ change, items, request }: RetentionPlan): Promise<void> {
    const [line = ''] = request.split('\n');
    const warnings = items
      .filter(({ severity }) => severity === 'warning')
      .map(({ title, detail }) => (detail === undefined ? title : `${title}. ${detail}`));
    const answer = await this.services.ui.decide({
      message: `Change how long ${this.entry.config.name} keeps backups of the kind ${this.#titleOf(change.kind)}?`,
      detail: [...warnings, `Sent to the platform: ${line}`].join('\n'),
      buttons: [SEND],
    });
    if (answer === SEND) return;
    throw coreErrors.cancelled({ message: 'The change was not confirmed; nothing was sent.' });
  }

  #titleOf(kind: string): string {
    return this.#shown.settings?.kinds.find(({ id }) => id === kind)?.title ?? kind;
  }

  /** The cluster with its secrets, and a signal that the page's *Cancel* aborts. */
  async #resolved(): Promise<{ cluster: ResolvedCluster; signal: AbortSignal }> {
    const { signal } = (this.#abort = new AbortController());
    const { store, secrets } = this.services;
    return { cluster: await store.resolve(this.entry, secrets.asking), signal };
  }

  /** Runs with the page told what goes on, and tells it what failed. */
  async #during(kind: RetentionBusy, run: () => Promise<void>): Promise<void> {
    this.#leave('problem', 'overtaken', 'sent');
    this.#change({ busy: kind });
    try {
      await run();
    } catch (error) {
      const { message, next, code, detail } = toErrorInfo(error);
      this.services.log.error(`Retention of ${this.entry.config.name}: ${code}: ${message}`);
      if (detail !== undefined) this.services.log.debug(detail);
      this.#change({ problem: { message, next, code, cancelled: isCancellation(error) } });
    } finally {
      this.#leave('busy');
      this.#post();
    }
  }

  /** Without telling the page: what comes next does. */
  #leave(...keys: (keyof ShownRetention)[]): void {
    const left = Object.entries(this.#shown).filter(
      ([key]) => !keys.includes(key as keyof ShownRetention),
    );
    this.#shown = Object.fromEntries(left) as unknown as ShownRetention;
  }

  #change(change: Partial<ShownRetention>): void {
    this.#shown = { ...this.#shown, ...change };
    this.#post();
  }

  #post(): void {
    if (this.#disposed) return;
    const reply: RetentionReply = { type: 'retention', shown: this.#shown };
    // Lost while the page is hidden: it asks with `ready` when it comes back.
    void this.#panel.webview.postMessage(reply);
  }
}

function blocked({ items }: RetentionPlan): boolean {
  return items.some(({ severity }) => severity === 'blocker');
}
