import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { HostedBackup } from '../../core/model';
import type { OperationsClient } from '../../workers/operationsClient';
import type { SecretStore } from '../secretStorage';
import { AskedStore } from './askedStore';
import type { Asked } from './askedStore';
import type { ClusterStore } from './clusterStore';

interface Answer {
  /** Newest first, as the platform said last; kept when it could not be asked again. */
  backups: HostedBackup[];
}

/** What is known of the backups that lie on a platform's own side. */
export type Hosted = Asked & Partial<Answer>;

/** Backups that platforms keep on their own side, for the tree. */
export class HostedStore extends AskedStore<Answer> {
  constructor(
    private readonly client: Pick<OperationsClient, 'call'>,
    store: Pick<ClusterStore, 'resolve' | 'onDidCheck'>,
    secrets: Pick<SecretStore, 'stored'>,
  ) {
    super(store, secrets);
  }

  protected async ask(cluster: ResolvedCluster): Promise<Answer> {
    return { backups: await this.client.call('listHosted', { cluster }) };
  }
}
