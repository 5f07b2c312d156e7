import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { ContentsGroup } from '../../core/model';
import type { OperationsClient } from '../../workers/operationsClient';
import type { SecretStore } from '../secretStorage';
import { AskedStore } from './askedStore';
import type { Asked } from './askedStore';
import type { ClusterStore } from './clusterStore';

interface Answer {
  /** What the cluster said last; kept when it could not be asked again. */
  groups: ContentsGroup[];
}

/** What is known of a cluster's objects. */
export type Contents = Asked & Partial<Answer>;

/** The objects of clusters, for the tree. */
export class ContentsStore extends AskedStore<Answer> {
  constructor(
    private readonly client: Pick<OperationsClient, 'call'>,
    store: Pick<ClusterStore, 'resolve' | 'onDidCheck'>,
    secrets: Pick<SecretStore, 'stored'>,
  ) {
    super(store, secrets);
  }

  protected async ask(cluster: ResolvedCluster): Promise<Answer> {
    return { groups: await this.client.call('contents', { cluster }) };
  }
}
