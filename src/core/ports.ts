import type { Readable } from 'node:stream';
import type * as z from 'zod';
import type {
  Backup,
  BackupScope,
  ClusterStatus,
  ContentsGroup,
  HostedBackup,
  HostedListing,
  HostedRef,
  Inventory,
  Manifest,
  RestoreChoices,
} from './model';
import type { ChangeResult, Looks, PlannedChange, PlanLine, RestorePlanItem } from './plan';
import type { Recovery } from './recovery';
import type { RetentionChange, RetentionPlan, RetentionSettings } from './retention/settings';

/** Told how far a step is; `total` only where it is known. */
export interface ProgressUpdate {
  /** A few words for the person: "Reading from the cluster". */
  phase: string;
  done?: number;
  total?: number;
  /** `percent`: `done` of 100. */
  unit?: 'bytes' | 'records' | 'percent';
}

export type Progress = (update: ProgressUpdate) => void;

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** So that tests hold time still. */
export interface Clock {
  now(): Date;
}

/** What every long step takes: where to tell progress, when to stop, where to write the story. */
export interface RunContext {
  signal: AbortSignal;
  progress: Progress;
  log: Log;
  clock: Clock;
}

// ---------------------------------------------------------------- adapters

/** A way in which a system can be backed up. */
export interface BackupModeInfo {
  id: string;
  title: string;
  description: string;
  /** The platform keeps it on its own side: it is made by `HostedBackups.create`, not by `backup`. */
  hosted?: boolean;
  /** The platform keeps no label with it, so none is asked for. */
  unlabelled?: boolean;
}

/** A part of a backup that can be left out. */
export interface BackupPartInfo {
  id: string;
  title: string;
  description: string;
  /** Whether it is taken when nothing is said. */
  byDefault: boolean;
}

export interface Capabilities {
  /** `vault`: we hold the bytes. `hosted`: the platform keeps the backup on its own side. */
  storage: 'vault' | 'hosted';
  /** First one is the default. */
  modes: readonly BackupModeInfo[];
  /**
   * Id of the snapshot format that `backup()` yields, and the file ending of that format. Left out where nothing comes
   * into a vault: then every mode is `hosted`.
   */
  format?: string;
  fileEnding?: string;
  /** What lies in the vault is called so where it is no backup that could be restored: "Export". */
  exports?: { title: string; plural: string };
  /** What a backup is made of, where that can be chosen. */
  parts?: readonly BackupPartInfo[];
  /**
   * Set where the cluster's objects can be listed (`Adapter.contents`) and compared with a backup; they stand in the
   * tree. Objects of the kinds in `scopes` can be backed up by themselves. `groups` are those that `contents` gives,
   * in their order: they are shown before anything is asked. Kinds in `compares` can be compared with a backup.
   */
  contents?: {
    scopes: readonly string[];
    groups: readonly { id: string; title: string }[];
    compares: readonly string[];
  };
  /** Whether there is a guided walk back from lost quorum (`Adapter.recovery`). */
  recovery?: boolean;
  /** Set where the platform keeps backups of its own (`Adapter.hosted`): what can be done with one. */
  hosted?: {
    /** Heading in the tree: "On the managers". */
    title: string;
    /** It can be copied into the vault (`HostedBackups.fetch`). */
    fetch: boolean;
    /** It can be restored where it is (`planRestore`, `restore`). */
    restore?: boolean;
    /** It can be deleted (`remove`). */
    remove?: boolean;
    /** What `HostedBackup.group` is: "Environment". */
    group?: string;
    /** What a restore of such a backup replaces and what it does not touch, in a sentence, for the tree and the pages. */
    covers?: string;
  };
  /** Settings on the platform's side say how long backups are kept (`Adapter.retention`). */
  retention?: boolean;
  /**
   * Endings under which the product itself leaves backups and which do not tell them, `''` for none at all: such files
   * are adopted when their bytes are of the format, or an OpenPGP message.
   */
  looseEndings?: readonly string[];
  /** What `backup` yields may be an OpenPGP message already (`BackupSource.sealed`). */
  seals?: boolean;
  /** A backup says what it does to the cluster before it starts (`Adapter.planBackup`). */
  announces?: boolean;
  /** The server that takes the backup can be chosen (`BackupRequest.on`): objects of this kind in `contents`. */
  takenOn?: {
    kind: string;
    title: string;
    /** Ids of modes that can be placed; those that are not `hosted` when left out. */
    modes?: readonly string[];
    /** All hold the same: which one takes it is no choice of what is backed up. */
    equal?: boolean;
  };
}

/** A cluster as configured, its secrets resolved. Never logged, never stored. */
export interface ConnectedCluster {
  name: string;
  system: string;
  /** Parsed by the system's own schema; relative paths already resolved. */
  connection: unknown;
  /** Resolved secrets by the field that refers to them, e.g. `token`. */
  secrets: Readonly<Record<string, string>>;
}

/** A question of *Add Cluster*, as data: the callers ask, the system knows what to ask. */
export type SetupQuestion =
  | {
      kind: 'text';
      field: string;
      title: string;
      prompt: string;
      placeholder?: string;
      value?: string;
      /** An empty answer leaves the field out. */
      optional?: boolean;
      /** What is wrong with an answer, said as one types. */
      problem?: (answer: string) => string | undefined;
    }
  | { kind: 'file'; field: string; title: string; prompt: string }
  | { kind: 'secret'; field: string; title: string; prompt: string }
  /** Picked from what the cluster itself says (`Adapter.setupOptions`), with the answers so far. */
  | {
      kind: 'list';
      field: string;
      title: string;
      prompt: string;
      /** Several may be picked: the answer is a list; none at all leaves the field out. */
      many?: boolean;
    }
  | {
      kind: 'choice';
      title: string;
      prompt: string;
      /** Asked only when this holds of the answers so far. */
      when?: (entry: Readonly<Record<string, unknown>>) => boolean;
      options: readonly {
        label: string;
        detail?: string;
        /** Fields this choice sets. */
        set?: Readonly<Record<string, unknown>>;
        /** Questions that follow from this choice. */
        ask?: readonly SetupQuestion[];
      }[];
    };

/** The light part of an adapter: loaded at start, imports nothing heavy. */
export interface SystemDefinition {
  id: string;
  title: string;
  /** Fields of the cluster's entry in cluster-backup.jsonc besides the common ones. */
  schema: z.ZodObject;
  /** Fields of that schema which hold a secret reference. */
  secretFields: readonly string[];
  /**
   * Fields of that schema which hold a path, resolved against the configuration file's folder. `engines[].caFile` is a
   * field of each object in a list.
   */
  pathFields: readonly string[];
  capabilities: Capabilities;
  /** What *Add Cluster* asks, in order. */
  setup?: readonly SetupQuestion[];
  /**
   * The address a stored secret is bound to: a secret entered for one address is never sent to another.
   */
  secretBinding(connection: unknown): string;
  /** What is wrong with a backup's label besides the rule of all systems, said as one types. */
  labelProblem?(label: string): string | undefined;
  /** Things worth a warning in the tree before anything is asked of the cluster. */
  warnings(connection: unknown): string[];
  /**
   * What of the cluster is not in its backup and another system of ours backs up: *Back up the swarm too*. The fields
   * are those of an entry for it.
   */
  companion?(connection: unknown): {
    system: string;
    title: string;
    fields: Record<string, unknown>;
  };
  /** Loads the heavy part. */
  load(): Promise<AdapterFactory>;
}

/** Where an adapter may keep what must outlive a crash. */
export interface AdapterPlaces {
  /** Absolute folder of this user's state; made when first used. */
  state: string;
}

export type AdapterFactory<A extends Adapter = Adapter> = (
  cluster: ConnectedCluster,
  env: Readonly<Record<string, string | undefined>>,
  places: AdapterPlaces,
) => A;

export interface BackupRequest {
  mode: string;
  /** What of the cluster; its default parts, whole, when left out. */
  scope?: BackupScope | undefined;
  /** Which server takes it, where that can be chosen (`Capabilities.takenOn`); the adapter picks when left out. */
  on?: string | undefined;
  /** How the cluster's backups are encrypted, for a system that can do it itself. */
  encryption?: EncryptionRequest | undefined;
  /** Answers to what the backup's plan asks (`PlanLine.questions`). */
  answers?: Readonly<Record<string, string>> | undefined;
}

/** Bytes on their way from a cluster, and what the cluster said about them. */
export interface BackupSource {
  stream: Readable;
  /** Product version as the cluster reports it. */
  systemVersion?: string;
  /** Bytes to expect, where the system says. */
  size?: number;
  /**
   * Lasting remarks for the manifest, e.g. "answered by a follower 120 ms behind the leader". May grow until the
   * stream has ended.
   */
  notes: string[];
  /**
   * The stream is an OpenPGP message already, made with the passphrase asked for. It is stored as it comes, and opened
   * beside that to be checked.
   */
  sealed?: boolean;
  /** What is told while it arrives; left out: that it is being backed up. */
  phase?: string;
  /** Where it comes from, for the manifest: what a later restore has to compare. No secret. */
  origin?: Readonly<Record<string, string>>;
  /** The system's own rule of a sound backup, where the bytes alone can't tell. Throws an error of area `snapshot`. */
  judge?(report: SnapshotReport): void;
}

export interface RestoreCheck {
  /** E.g. `KVS`. */
  name: string;
  expected: number;
  found: number | undefined;
}

/** What is known of a backup before it starts. Plain data. */
export interface BackupPlan {
  /** What happens, what stops, what is not in it; a blocker stops it. */
  items: PlanLine[];
  /** Which server takes it. */
  on?: string;
  /** Those that could: chosen from in `BackupRequest.on`. */
  candidates?: { name: string; description: string }[];
}

/** Backups that lie on the platform's own side. */
export interface HostedBackups {
  list(context: RunContext): Promise<HostedListing>;
  /**
   * Makes one and follows it to its end.
   * @throws with the platform's own reason where it failed
   */
  create(
    request: BackupRequest & { label?: string | undefined },
    context: RunContext,
  ): Promise<HostedBackup>;
  /** Its bytes; capability `hosted.fetch`. */
  fetch?(id: string, context: RunContext): Promise<BackupSource>;
  /** What a restore of it would do, asked of the platform and changing nothing; capability `hosted.restore`. */
  planRestore?(request: HostedRestoreRequest, context: RunContext): Promise<HostedRestoreLines>;
  /**
   * Restores it and follows that to its end. Asked for once, never repeated by itself.
   * @returns the backup as the platform tells it afterwards
   * @throws with the platform's own reason where it failed
   */
  restore?(request: HostedRestoreRequest, context: RunContext): Promise<HostedBackup>;
  /** What has to be known before it is deleted; capability `hosted.remove`. */
  planRemove?(ref: HostedRef, context: RunContext): Promise<HostedRemovePlan>;
  /** Deletes it and follows that to its end; capability `hosted.remove`. */
  remove?(ref: HostedRef, context: RunContext): Promise<void>;
}

/** What a restore on the platform's own side works with. */
export interface HostedRestoreRequest {
  ref: HostedRef;
  choices: Pick<RestoreChoices, 'accept' | 'answers'>;
  /** The person wants a backup of the present state first; the operation makes it. */
  safetyBackup: boolean;
}

/** The platform's own part of such a plan. */
export interface HostedRestoreLines {
  backup: HostedBackup;
  items: PlanLine[];
  /** How the safety backup is made (`HostedBackups.create`). */
  safety?: Pick<BackupRequest, 'mode' | 'on' | 'answers'> & { label?: string };
  /** Why no safety backup can be made; then none is. */
  noSafetyBackup?: string;
}

export interface HostedRemovePlan {
  backup: HostedBackup;
  items: PlanLine[];
}

/** How long a platform keeps backups, as it says itself. */
export interface HostedRetention {
  read(context: RunContext): Promise<RetentionSettings>;
  /** What a change would send, and what will be there then. @throws where it can't be asked for */
  plan(change: RetentionChange, context: RunContext): Promise<RetentionPlan>;
  /** Sends it. @throws `core.planChanged` where the settings are others than in the plan */
  write(plan: RetentionPlan, context: RunContext): Promise<RetentionSettings>;
}

/** A value of *Add Cluster* that a cluster offers. */
export interface SetupOption {
  value: string;
  label: string;
  description?: string;
  detail?: string;
}

/** What every adapter does. */
export interface AdapterBase {
  /** Asks the cluster how it is. Throws where it can't be reached or denies us. */
  status(context: RunContext): Promise<ClusterStatus>;
  /**
   * Starts a backup that comes into the vault; the stream fails if the cluster cuts it. Refuses by an error of category
   * `refused`. Left out where every mode is `hosted`.
   */
  backup?(request: BackupRequest, context: RunContext): Promise<BackupSource>;
  /** What that backup would do, asked of the cluster and changing nothing; capability `announces`. */
  planBackup?(request: BackupRequest, context: RunContext): Promise<BackupPlan>;
  /** Capability `hosted`. Throws where the entry lacks what it takes. */
  hosted?(): HostedBackups;
  /** Capability `retention`. */
  retention?(): HostedRetention;
  /**
   * What *Add Cluster* offers for a field that is picked from a list. The connection holds the answers so far and may
   * lack every field that is asked later.
   */
  setupOptions?(field: string, context: RunContext): Promise<SetupOption[]>;
  /** What the cluster holds now; kinds that can't be counted with these rights are left out. */
  inventory(context: RunContext): Promise<Inventory>;
  /** The cluster's objects, for the tree; capability `contents`. */
  contents?(context: RunContext): Promise<ContentsGroup[]>;
  /**
   * One object as it is now, in the words in which a backup tells it, for comparing; undefined when it is not there.
   * Capability `contents`.
   *
   * @param id as in `PlannedChange`
   */
  liveText?(id: string, context: RunContext): Promise<string | undefined>;
  /**
   * What a run that was cut off has left for the next one to do, e.g. services to be brought back; asks nobody.
   */
  interrupted?(): Promise<string[]>;
  /** Does it, and says what was done. The caller holds the cluster's lock. */
  resume?(context: RunContext): Promise<string[]>;
  /** Where the walk back from lost quorum stands; capability `recovery`. */
  recovery?(context: RunContext): Promise<Recovery>;
  /** Takes one step of it, which the person has confirmed. */
  recover?(
    step: string,
    answers: Readonly<Record<string, string>>,
    context: RunContext,
  ): Promise<Recovery>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** What a restore as a whole works with. */
export interface WholeRequest {
  content: SnapshotReport;
  /** The backup's; undefined for a file that no vault holds. */
  manifest?: Manifest | undefined;
  /** Answers to the plan's questions, and codes that the person accepts. */
  choices: RestoreChoices;
  /** Secrets that the plan asks for (`PlanLine.asks`), base64. Never kept, never shown. */
  payloads: Readonly<Record<string, string>>;
}

/** The system's own part of a plan. */
export interface WholePlan {
  items: RestorePlanItem[];
  /** Why no safety backup of the present state can be made; then none is. */
  noSafetyBackup?: string;
  /** What is there is taken away before the first byte is sent: the backup is read whole once more before that. */
  removesFirst?: boolean;
}

/** An adapter of a system that takes a snapshot as a whole, in place of all it holds. */
export interface WholeAdapter extends AdapterBase {
  backup: NonNullable<AdapterBase['backup']>;
  /** The system's own lines of a restore plan: versions, record types, CA, tokens. */
  planRestore(request: WholeRequest, context: RunContext): Promise<WholePlan>;
  /**
   * Hands a checked snapshot to the cluster. Sent once, never repeated by itself.
   * @param size bytes of the stream, where known
   */
  restore(
    request: WholeRequest & { stream: Readable; size: number | undefined },
    context: RunContext,
  ): Promise<void>;
  /**
   * Waits until the cluster answers again and compares what it holds with the snapshot.
   * @param secrets replace the cluster's own where the restore brought other tokens back
   */
  checkRestored(
    request: WholeRequest,
    secrets: Readonly<Record<string, string>>,
    context: RunContext,
  ): Promise<RestoreCheck[]>;
}

/** What a restore object by object works with. */
export interface ItemisedRequest {
  content: SnapshotReport;
  choices: RestoreChoices;
  /** What the backup can't hold and the person gave, base64, by the id of the change. Never kept, never shown. */
  payloads: Readonly<Record<string, string>>;
}

export interface ItemisedPlan {
  /** What has to be known; a blocker stops the whole restore. */
  items: RestorePlanItem[];
  /** In the order in which they are carried out. */
  changes: PlannedChange[];
  /** What a safety backup has to hold so that everything the chosen changes touch can be put back. */
  safety?: BackupScope;
  /** What was read for it that may serve a plan with other choices. */
  looks?: Looks;
}

/** An adapter of a system that is restored object by object. */
export interface ItemisedAdapter extends AdapterBase {
  backup: NonNullable<AdapterBase['backup']>;
  /**
   * @param request `open` gives the backup's plain bytes from their beginning; destroy what is not read to its end.
   *   `looks` are those of a plan before, which need not be read again while they are fresh; a plan that is carried out
   *   is made without them
   */
  planChanges(
    request: ItemisedRequest & { open: () => Promise<Readable>; looks?: Looks | undefined },
    context: RunContext,
  ): Promise<ItemisedPlan>;
  /**
   * Carries out the chosen changes while the backup streams by, and compares afterwards. The stream ends only when all
   * of it has been checked: what depends on everything else comes last. A second run does what is still missing.
   *
   * @returns what became of each chosen change, also when some failed: it throws only where nothing could be begun
   *   or the person cancelled
   */
  applyChanges(
    request: ItemisedRequest & { stream: Readable; changes: readonly PlannedChange[] },
    context: RunContext,
  ): Promise<ChangeResult[]>;
}

/**
 * An adapter of a platform that keeps its backups on its own side: they are listed, made, restored and deleted there by
 * their ids. What it may put into a vault beside that is an export (`Capabilities.exports`), which nothing restores.
 */
export interface HostedAdapter extends AdapterBase {
  hosted(): HostedBackups;
}

export type Adapter = WholeAdapter | ItemisedAdapter | HostedAdapter;

/** Tells how a system is restored. */
export function isItemised(adapter: Adapter): adapter is ItemisedAdapter {
  return 'planChanges' in adapter;
}

/** Whether what the vault holds of it can be restored at all. */
export function restoresFromVault(adapter: Adapter): adapter is WholeAdapter | ItemisedAdapter {
  return isItemised(adapter) || 'planRestore' in adapter;
}

// ---------------------------------------------------------------- snapshot formats

/** A table row: record type, how many, how many bytes. */
export interface RecordStat {
  name: string;
  count: number;
  /** Bytes. */
  sum: number;
}

/** What a snapshot holds, as far as it could be read. */
export interface SnapshotReport {
  /** Format id, e.g. `consul`. */
  format: string;
  identity: NonNullable<Manifest['snapshot']>;
  /** Servers of the cluster's own configuration in the snapshot. */
  servers: { id: string; address: string; voter: boolean }[];
  stats: RecordStat[];
  /** Sum of all records' bytes. */
  totalSize: number;
  /** Records by name, plus what a restore check compares (e.g. `Service`, `Node`, `Check`). */
  counts: Record<string, number>;
  /** Format-specific facts a restore plan needs (e.g. the CA's cluster id). No secret in them. */
  facts: Record<string, string | number | boolean | string[]>;
  /** Plain, unencrypted bytes that were read. */
  contentBytes: number;
}

/**
 * Checks a snapshot while its bytes pass by. Push every chunk in order, then finish.
 * A damaged snapshot rejects `push` or `finish` with an error of area `snapshot`.
 */
export interface SnapshotChecker {
  push(chunk: Uint8Array): Promise<void>;
  /** Resolves only when the snapshot is whole: archive intact, checksums match, every record decoded. */
  finish(): Promise<SnapshotReport>;
  /** What could be read so far; for a damaged file. */
  partial(): SnapshotReport | Promise<SnapshotReport>;
  /** Lets go of what it holds; safe to call at any time. */
  destroy(): void;
}

export interface SnapshotFormat {
  id: string;
  title: string;
  /** File endings, with the dot. */
  endings: readonly string[];
  /** Its checker keeps nothing of a chunk once `push` has resolved: the memory may be used again. */
  borrows?: boolean;
  /** The bytes say which format they are of; this one is only assumed. */
  byBytes?: boolean;
  checker(): SnapshotChecker;
}

// ---------------------------------------------------------------- encryption

export type EncryptionRequest =
  | { kind: 'none' }
  | { kind: 'passphrase'; passphrase: string }
  /** ASCII-armoured public keys. */
  | { kind: 'openpgp'; publicKeys: string[] };

export interface DecryptionSecrets {
  passphrase?: string;
  /** ASCII-armoured private keys, and the passphrase that opens them. */
  privateKeys?: string[];
  keyPassphrase?: string;
}

export interface Encryptor {
  /** A stream of the encrypted message, and the key ids it is for. */
  encrypt(
    plain: Readable,
    request: Exclude<EncryptionRequest, { kind: 'none' }>,
  ): Promise<{ stream: Readable; keyIds: string[] }>;
  /** Throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase`, `openpgp.damaged`. */
  decrypt(encrypted: Readable, secrets: DecryptionSecrets): Promise<Readable>;
  /** Looks at the first bytes only. */
  detect(head: Uint8Array): Promise<{ kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] }>;
}

// ---------------------------------------------------------------- vaults

/** A manifest as a writer is given it; the vault adds what it counted itself. */
export type NewManifest = Omit<Manifest, 'bytes' | 'file' | 'sha256'> & {
  /** `asStored`: nothing was encrypted, so the content's sum is that of the bytes on disk. */
  sha256: { content?: string | undefined };
};

/** What a manifest says of the content's sum where the content is stored as it is. */
export const AS_STORED = 'asStored';

/** A backup being written. Nothing of it is visible until `commit` has returned. */
export interface VaultWriter {
  /** Final name of the file. */
  readonly file: string;
  /** Appends; resolves when the bytes are taken (back-pressure). */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Syncs and renames the file, then writes the manifest: last, so that a crash leaves no half backup.
   * The vault fills in `bytes` and `sha256.stored`, which it counted itself.
   */
  commit(manifest: NewManifest): Promise<Backup>;
  /** Removes what was written. Safe after a failure at any point. */
  abort(): Promise<void>;
}

export interface VaultLock {
  /** Aborted when the lock was lost (e.g. the machine slept and another took it). */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

export interface Vault {
  /** Absolute folder, for people. */
  readonly location: string;
  /** Newest first. */
  list(cluster?: string): Promise<Backup[]>;
  get(id: string): Promise<Backup | undefined>;
  create(options: {
    id: string;
    cluster: string;
    created: Date;
    label?: string | undefined;
    ending: string;
  }): Promise<VaultWriter>;
  read(backup: Backup): Promise<Readable>;
  update(id: string, change: (manifest: Manifest) => Manifest): Promise<Backup>;
  /** @param discard how to put a file away (e.g. the system's trash); default: delete */
  remove(id: string, discard?: (path: string) => Promise<void>): Promise<void>;
  /** One writer a cluster. Throws `vault.locked` with who holds it and since when. */
  lock(cluster: string, purpose: string): Promise<VaultLock>;
  /** Finds files without a manifest that nobody is writing. Adopting them is the operation's work. */
  strays(): Promise<{ path: string; cluster: string | undefined }[]>;
  /** Writes a manifest beside a stray file. */
  adopt(path: string, manifest: Omit<Manifest, 'file'>): Promise<Backup>;
  /** Removes what crashed writers left behind; says what it removed. */
  recover(): Promise<string[]>;
  /** Calls back (debounced) when the folder changes, whoever changed it. */
  watch(listener: () => void): { dispose(): void };
}
