import type { AdapterPlaces, ConnectedCluster, WholeAdapter } from '../../core/ports';
import type { Environment } from '../swarm/connections';
import { startBackup } from './backup';
import { planUcpBackup } from './backupPlan';
import { checkRestored } from './checkRestored';
import { UcpConnections } from './connections';
import { readContents } from './contents';
import { hostedBackups } from './hosted';
import { interruptedRuns, resumeRuns } from './leftovers';
import { readUcpRecovery, takeUcpRecoveryStep } from './recovery';
import { sendRestore } from './restore';
import { planUcpRestore } from './restorePlan';
import { countInventory, readStatus } from './status';

/** Docker UCP and Mirantis MKE: the product's own container, run through the Engine API, and its HTTP API. */
export const createUcpAdapter = (
  cluster: ConnectedCluster,
  env: Environment,
  places: AdapterPlaces,
): WholeAdapter => new UcpAdapter(new UcpConnections(cluster, env, places.state));

class UcpAdapter implements WholeAdapter {
  constructor(private readonly ucp: UcpConnections) {}

  readonly status: WholeAdapter['status'] = (context) => readStatus(this.ucp, context);

  readonly inventory: WholeAdapter['inventory'] = (context) => countInventory(this.ucp, context);

  readonly contents: NonNullable<WholeAdapter['contents']> = (context) =>
    readContents(this.ucp, context);

  readonly planBackup: NonNullable<WholeAdapter['planBackup']> = (request, context) =>
    planUcpBackup(this.ucp, request, context);

  readonly backup: WholeAdapter['backup'] = (request, context) =>
    startBackup(this.ucp, request, context);

  readonly hosted: NonNullable<WholeAdapter['hosted']> = () => hostedBackups(this.ucp);

  readonly interrupted: NonNullable<WholeAdapter['interrupted']> = () => interruptedRuns(this.ucp);

  readonly resume: NonNullable<WholeAdapter['resume']> = (context) => resumeRuns(this.ucp, context);

  readonly planRestore: WholeAdapter['planRestore'] = (request, context) =>
    planUcpRestore(this.ucp, request, context);

  readonly restore: WholeAdapter['restore'] = (request, context) =>
    sendRestore(this.ucp, request, context);

  readonly checkRestored: WholeAdapter['checkRestored'] = (request, _, context) =>
    checkRestored(this.ucp, request, context);

  readonly recovery: NonNullable<WholeAdapter['recovery']> = (context) =>
    readUcpRecovery(this.ucp, context);

  readonly recover: NonNullable<WholeAdapter['recover']> = (step, answers, context) =>
    takeUcpRecoveryStep(this.ucp, step, answers, context);

  readonly close: WholeAdapter['close'] = () => this.ucp.close();
}
