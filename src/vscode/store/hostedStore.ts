import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { HostedListing } from '../../core/model';
import type { OperationsClient } from '../../workers/operationsClient';
import type { SecretStore } from '../secretStorage';
import { AskedStore } from './askedStore';
import type { Asked } from './askedStore';
import type { ClusterStore } from './clusterStore';

/** What is known of the backups that lie on a platform's own side. */
export type Hosted = Asked & Partial<HostedListing>;

/** Backups that platforms keep on their own side, for the tree. */
export class HostedStore extends AskedStore<HostedListing> {
  constructor(
    private readonly client: Pick<OperationsClient, 'call'>,
    store: Pick<ClusterStore, 'resolve' | 'onDidCheck'>,
    secrets: Pick<SecretStore, 'stored'>,
  ) {
    super(store, secrets);
  }

  protected async ask(cluster: ResolvedCluster): Promise<HostedListing> {
    return this.client.call('listHosted', { cluster });
  }
}
