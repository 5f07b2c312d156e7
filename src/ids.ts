/** Every id of the extension in one place; a test compares it with package.json. */

export const commands = {
  addCluster: 'clusterBackup.cluster.add',
  openConfig: 'clusterBackup.cluster.openConfig',
  refreshClusters: 'clusterBackup.cluster.refresh',
  enterSecrets: 'clusterBackup.cluster.enterSecrets',
  recoverCluster: 'clusterBackup.cluster.recover',
  editRetention: 'clusterBackup.retention.edit',
  pruneCluster: 'clusterBackup.cluster.prune',
  showState: 'clusterBackup.cluster.showState',
  editPolicy: 'clusterBackup.policy.edit',
  createBackup: 'clusterBackup.backup.create',
  backUpItem: 'clusterBackup.item.backUp',
  backUpHere: 'clusterBackup.server.backUp',
  compareDefinition: 'clusterBackup.definition.compare',
  openBackup: 'clusterBackup.backup.open',
  verifyBackup: 'clusterBackup.backup.verify',
  verifyFile: 'clusterBackup.file.verify',
  restoreBackup: 'clusterBackup.backup.restore',
  planRestore: 'clusterBackup.backup.planRestore',
  restoreFile: 'clusterBackup.file.restore',
  labelBackup: 'clusterBackup.backup.label',
  pinBackup: 'clusterBackup.backup.pin',
  unpinBackup: 'clusterBackup.backup.unpin',
  deleteBackup: 'clusterBackup.backup.delete',
  revealBackup: 'clusterBackup.backup.reveal',
  copyBackupPath: 'clusterBackup.backup.copyPath',
  exportBackup: 'clusterBackup.backup.export',
  fetchHosted: 'clusterBackup.hosted.fetch',
  openHosted: 'clusterBackup.hosted.open',
  restoreHosted: 'clusterBackup.hosted.restore',
  planHosted: 'clusterBackup.hosted.planRestore',
  copyHostedId: 'clusterBackup.hosted.copyId',
  deleteHosted: 'clusterBackup.hosted.delete',
  cancelActivity: 'clusterBackup.activity.cancel',
  showActivityLog: 'clusterBackup.activity.showLog',
  showLog: 'clusterBackup.log.show',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

export const views = {
  container: 'clusterBackup',
  clusters: 'clusterBackup.clusters',
  activity: 'clusterBackup.activity',
} as const;

export const editors = {
  snapshot: 'clusterBackup.snapshot',
  /** A server's own Raft folder; its file has too general a name to be opened so by default. */
  raftState: 'clusterBackup.raftState',
  swarmArchive: 'clusterBackup.swarmArchive',
  ucpArchive: 'clusterBackup.ucpArchive',
  /** The product's own files have no name that tells: any tar may be one. */
  ucpTar: 'clusterBackup.ucpTar',
} as const;

export const settings = {
  healthInterval: 'clusterBackup.health.interval',
  safetyBackup: 'clusterBackup.restore.safetyBackup',
  runSchedules: 'clusterBackup.schedules.run',
} as const;

export const contextKeys = {
  /** `loading`, `empty`, `untrusted` or `ready`. */
  state: 'clusterBackup:state',
} as const;
