import * as vscode from 'vscode';
import { dirname, join } from 'node:path';
import { userFolders } from '../../compose/userFolders';
import type { UserFolders } from '../../compose/userFolders';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { SecretLookup } from '../../core/config/secrets';
import { coreErrors, toErrorInfo } from '../../core/errors';
import type { Backup } from '../../core/model';
import type { FolderVault } from '../../vaults/folder/folderVault';
import type { OperationsClient } from '../../workers/operationsClient';
import type { SecretStore } from '../secretStorage';
import { entryOf } from './clusterEntry';
import type { ClusterEntry } from './clusterEntry';
import { configFiles, readClusters, watchConfigFiles } from './configurations';
import type { FileProblem } from './configurations';
import { OpenVaults } from './openVaults';
import { tidyVaults } from './tidyVaults';

export type { ClusterEntry } from './clusterEntry';

/** What is needed only once the configuration is read: it would make the editor's start slower. */
const late = () => import('./storeParts');

export type StoreState = 'loading' | 'empty' | 'untrusted' | 'ready';

/**
 * The clusters of all configuration files, their health and their backups. It changes first, the views
 * listen. Nothing is read while the workspace is not trusted.
 */
export class ClusterStore {
  readonly #changed = new vscode.EventEmitter<ClusterEntry | undefined>();
  /** Fires with the entry that changed, or undefined for all. */
  readonly onDidChange = this.#changed.event;
  readonly #checked = new vscode.EventEmitter<ClusterEntry>();
  /** Fires with each cluster whose health was asked, whatever it said. */
  readonly onDidCheck = this.#checked.event;
  readonly folders: UserFolders;
  #entries: ClusterEntry[] = [];
  #problems: FileProblem[] = [];
  #state: StoreState = 'loading';
  readonly #vaults: OpenVaults;
  readonly #disposables: { dispose(): unknown }[] = [];
  #loading: Promise<void> | undefined;
  /** One that begins when the one that runs has ended; all who ask meanwhile share it. */
  #next: Promise<void> | undefined;
  #tidyTimer: NodeJS.Timeout | undefined;
  #listings = 0;
  /** Which listing an entry's backups are from. */
  readonly #listedBy = new WeakMap<ClusterEntry, number>();

  constructor(
    private readonly client: OperationsClient,
    private readonly secrets: SecretStore,
    private readonly log: vscode.LogOutputChannel,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.folders = userFolders(env);
    this.#vaults = new OpenVaults(log, () => void this.#vaultChanged());
    const reload = () => void this.reload();
    this.#disposables.push(
      ...watchConfigFiles(this.folders.configFile, reload),
      this.#changed,
      this.#checked,
      vscode.workspace.onDidGrantWorkspaceTrust(reload),
      vscode.workspace.onDidChangeWorkspaceFolders(reload),
      secrets.onDidChange(() => void this.refreshHealth()),
    );
  }

  get state(): StoreState {
    return this.#state;
  }

  get entries(): readonly ClusterEntry[] {
    return this.#entries;
  }

  get problems(): readonly FileProblem[] {
    return this.#problems;
  }

  /** Configuration files that count here: those of the workspace's folders, then the user's own. */
  configFiles(): string[] {
    return configFiles(this.folders.configFile);
  }

  /** Reads the configuration anew, as it is when this is called or later, then backups; health in the background. */
  reload(): Promise<void> {
    if (this.#loading === undefined) {
      this.#loading = this.#load().finally(() => (this.#loading = undefined));
      return this.#loading;
    }
    // What is being read may be older than what the caller has just written.
    this.#next ??= this.#loading
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.reload();
      });
    return this.#next;
  }

  async #load(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      this.#entries = [];
      this.#problems = [];
      this.#set('untrusted');
      return;
    }
    const parts = await late();
    const { clusters, problems } = await readClusters(
      this.configFiles(),
      this.folders.vault,
      parts,
    );
    const entries = clusters
      .map((config) => entryOf(config, parts.systems, this.#entries))
      .filter((entry) => entry !== undefined);
    this.#entries = entries;
    this.#problems = problems;
    this.#vaults.watch(new Set(entries.map(({ config }) => config.vault)), parts);
    this.#set(entries.length + problems.length === 0 ? 'empty' : 'ready');
    await this.refreshBackups();
    void this.#tidyVaults();
    void this.refreshHealth();
  }

  /** Lists the backups of every vault anew. */
  async refreshBackups(): Promise<void> {
    const listing = ++this.#listings;
    const entries = this.#entries;
    await Promise.all(entries.map((entry) => this.#list(entry, listing)));
    // The configuration was read anew meanwhile: the entries are others now, maybe with lists from before.
    if (entries !== this.#entries) return this.refreshBackups();
    // Each by itself: while a whole tree is drawn anew, what is called on a row reaches nobody.
    for (const entry of this.#entries) this.#changed.fire(entry);
  }

  /** @param listing one that was begun later and was faster is not overwritten with what was there before it */
  async #list(entry: ClusterEntry, listing: number): Promise<void> {
    const isNewest = (): boolean => {
      if ((this.#listedBy.get(entry) ?? 0) > listing) return false;
      this.#listedBy.set(entry, listing);
      return true;
    };
    try {
      const vault = await this.vaultOf(entry);
      const backups = await vault.list(entry.config.name);
      if (!isNewest()) return;
      entry.backups = backups;
      const folder = join(vault.location, entry.config.name);
      entry.vaultProblems = vault
        .problems()
        .filter(({ path }) => dirname(path) === folder)
        .map(({ error }) => toErrorInfo(error));
      entry.listed = true;
      delete entry.vaultError;
    } catch (error) {
      if (isNewest()) entry.vaultError = toErrorInfo(error);
    }
  }

  /** Asks clusters how they are; all, or one. Never asks the person for a secret. */
  async refreshHealth(only?: ClusterEntry): Promise<void> {
    const targets = only === undefined ? this.#entries : [only];
    await Promise.all(
      targets.map(async (entry) => {
        try {
          const cluster = await this.resolve(entry, this.secrets.stored);
          const status = await this.client.call('status', { cluster });
          entry.health = { state: 'known', status, at: new Date() };
        } catch (error) {
          const info = toErrorInfo(error);
          this.log.debug(`Health of ${entry.config.name}: ${info.code} ${info.message}`);
          entry.health = { state: 'unreachable', error: info, at: new Date() };
        }
        this.#changed.fire(entry);
        this.#checked.fire(entry);
      }),
    );
  }

  /** A cluster with its secrets, looked up as the caller wants. */
  async resolve(entry: ClusterEntry, lookup: SecretLookup): Promise<ResolvedCluster> {
    const { resolveCluster } = await late();
    return resolveCluster(entry.config, entry.definition, lookup);
  }

  async vaultOf(entry: ClusterEntry): Promise<FolderVault> {
    return this.#vaults.of(entry.config.vault, await late());
  }

  /** The entry that a backup belongs to. */
  entryOfBackup(id: string): { entry: ClusterEntry; backup: Backup } {
    for (const entry of this.#entries) {
      const backup = entry.backups.find((b) => b.manifest.id === id);
      if (backup !== undefined) return { entry, backup };
    }
    throw coreErrors.unknownBackup({ message: `There is no backup ${id} any more.` });
  }

  async #vaultChanged(): Promise<void> {
    await this.refreshBackups();
    // A file that is still being copied in is looked at once it rests.
    clearTimeout(this.#tidyTimer);
    this.#tidyTimer = setTimeout(() => void this.#tidyVaults(), 3_000);
  }

  #tidyVaults(): Promise<void> {
    const clusters = this.#entries.map(({ config }) => config);
    return tidyVaults(clusters, this.client, this.log, () => this.refreshBackups());
  }

  #set(state: StoreState): void {
    this.#state = state;
    this.#changed.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.#tidyTimer);
    this.#vaults.dispose();
    for (const d of this.#disposables) d.dispose();
  }
}
