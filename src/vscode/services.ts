import type * as vscode from 'vscode';
import type { DecryptionSecrets } from '../core/ports';
import type { SourceRef } from '../compose/parts';
import type { ActivityStore } from '../core/operations/activity';
import type { OperationsClient } from '../workers/operationsClient';
import type { ClusterEntry, ClusterStore } from './store/clusterStore';
import type { ContentsStore } from './store/contentsStore';
import type { HostedStore } from './store/hostedStore';
import type { ScheduledRuns } from './store/scheduledRuns';
import type { StandingStore } from './store/standingStore';
import type { ActivityTree } from './tree/activityTree';
import type { SecretStore } from './secretStorage';
import type { Schedules } from './schedules';
import type { StatusBar } from './statusBar';
import type { Ui } from './ui';

/** What commands, trees, editors and panels of the extension work with. Made once, in `activate`. */
export interface Services {
  context: vscode.ExtensionContext;
  /** Heavy work, in worker threads. */
  client: OperationsClient;
  /** The whole story of everything, secrets taken out. */
  log: vscode.LogOutputChannel;
  store: ClusterStore;
  /** The clusters' objects. */
  contents: ContentsStore;
  /** Backups on the platforms' own side. */
  hosted: HostedStore;
  /** How their backups stand under their policies. */
  standings: StandingStore;
  /** What schedules ran last. */
  runs: ScheduledRuns;
  statusBar: StatusBar;
  /** Run by this window, where its setting says so. */
  schedules: Schedules;
  /** Shows a cluster in its view. */
  reveal: (entry: ClusterEntry) => Promise<void>;
  secrets: SecretStore;
  activities: ActivityTree;
  /** What ran, here and elsewhere. */
  journal: ActivityStore;
  /** Tests put their own here. */
  ui: Ui;
}

/** Asks for what opens an encrypted source; undefined when the person gives up. */
export type AskDecryption = (
  source: SourceRef,
  kind: 'passphrase' | 'openpgp',
  /** True when the one given before was wrong. */
  again: boolean,
) => Promise<DecryptionSecrets | undefined>;
