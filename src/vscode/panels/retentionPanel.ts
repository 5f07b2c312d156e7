import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { coreErrors } from '../../core/errors';
import type {
  RetentionChange,
  RetentionPlan,
  RetentionSettings,
} from '../../core/retention/settings';
import { retentionRequestSchema } from '../../protocol/retentionMessages';
import type { RetentionRequest, ShownRetention } from '../../protocol/retentionMessages';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { ClusterPanels } from './clusterPanels';
import { showRetentionDiff } from './retentionDiff';
import { ReviewPanel } from './reviewPanel';

const SEND = 'Send';

const panels = new ClusterPanels((...parts) => new RetentionPanel(...parts));

/**
 * Shows how long a platform keeps its backups, read anew, and sends what the person changes and has reviewed.
 *
 * @returns the panel, once the settings have been read or could not be; one a cluster
 */
export function showRetention(services: Services, entry: ClusterEntry): Promise<RetentionPanel> {
  return panels.show(services, entry);
}

/** The page and what it asks for. */
export class RetentionPanel extends ReviewPanel<RetentionRequest, ShownRetention> {
  #abort: AbortController | undefined;

  constructor(services: Services, entry: ClusterEntry, onClose: () => void) {
    super(services, entry, {
      screen: 'retention',
      name: 'Retention',
      shown: { cluster: entry.config.name, system: entry.definition.title },
      requests: retentionRequestSchema,
      done: 'sent',
      onClose,
    });
  }

  protected override closed(): void {
    // What is being sent goes on: it has been confirmed, and its notification can cancel it. A look does not.
    if (this.shown.busy !== 'sending') this.#abort?.abort();
  }

  protected override async answer(request: RetentionRequest): Promise<void> {
    if (request.type === 'ready') this.page.post();
    else if (request.type === 'cancel') this.#abort?.abort();
    else if (this.shown.busy !== undefined) return;
    else if (request.type === 'refresh') await this.readAnew();
    else if (request.type === 'review') await this.#review(request.change);
    else if (request.type === 'back') this.leaveReview();
    else if (request.type === 'diff') await this.#diff();
    else await this.#send(request.number);
  }

  protected override async read(): Promise<void> {
    const { cluster, signal } = await this.#resolved();
    this.#keep(await this.services.client.call('retention', { cluster }, { signal }));
  }

  /** A plan is one of the settings that were read before: it goes with them. */
  #keep(settings: RetentionSettings): void {
    this.page.leave('review');
    this.page.change({ settings, at: new Date().toISOString() });
  }

  async #review(change: RetentionChange): Promise<void> {
    this.page.leave('review');
    await this.page.during('planning', async () => {
      const { cluster, signal } = await this.#resolved();
      const params = { cluster, change };
      const plan = await this.services.client.call('planRetention', params, { signal });
      if (this.page.isClosed) return;
      this.page.change({ review: { plan, number: this.nextNumber() } });
      await this.#diff();
    });
  }

  async #diff(): Promise<void> {
    const plan = this.shown.review?.plan;
    if (plan === undefined) return;
    const kind = this.#titleOf(plan.change.kind);
    await showRetentionDiff(`Retention of ${kind} on ${this.entry.config.name}`, plan);
  }

  async #send(number: number): Promise<void> {
    const plan = this.shown.review?.plan;
    // What the page showed is not what was planned last, or cannot be sent: it is about to be told.
    if (plan === undefined || this.shown.review?.number !== number || blocked(plan)) {
      this.page.post();
      return;
    }
    await this.page.during('asked', () => this.#confirm(plan));
    if (this.shown.problem !== undefined) return;
    await this.page.during('sending', async () => {
      const { services, entry } = this;
      const cluster = await services.store.resolve(entry, services.secrets.asking);
      const title = `Retention of ${entry.config.name}: ${this.#titleOf(plan.change.kind)}`;
      const abort = (this.#abort = new AbortController());
      const params = { cluster, plan };
      this.#keep(await runOperation(services, title, 'writeRetention', params, abort));
      this.page.change({ sent: plan.change.kind });
    });
    await this.readAfterFailure();
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
    return this.shown.settings?.kinds.find(({ id }) => id === kind)?.title ?? kind;
  }

  /** The cluster with its secrets, and a signal that the page's *Cancel* aborts. */
  async #resolved(): Promise<{ cluster: ResolvedCluster; signal: AbortSignal }> {
    const { signal } = (this.#abort = new AbortController());
    const { store, secrets } = this.services;
    return { cluster: await store.resolve(this.entry, secrets.asking), signal };
  }
}

function blocked({ items }: RetentionPlan): boolean {
  return items.some(({ severity }) => severity === 'blocker');
}
