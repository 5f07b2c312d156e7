import type { Readable } from 'node:stream';
import type * as z from 'zod';
import type { Backup, ClusterStatus, Inventory, Manifest } from './model';
import type { RestorePlanItem } from './plan';

/** Told how far a step is; `total` only where it is known. */
export interface ProgressUpdate {
  /** A few words for the person: "Reading from the cluster". */
  phase: string;
  done?: number;
  total?: number;
  unit?: 'bytes' | 'records';
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
}

export interface Capabilities {
  /** `vault`: we hold the bytes. `hosted`: the platform keeps the backup on its own side. */
  storage: 'vault' | 'hosted';
  /** First one is the default. */
  modes: readonly BackupModeInfo[];
  /** Id of the snapshot format that `backup()` yields, and the file ending of that format. */
  format: string;
  fileEnding: string;
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
  /** Fields of that schema which hold a path, resolved against the configuration file's folder. */
  pathFields: readonly string[];
  capabilities: Capabilities;
  /** What *Add Cluster* asks, in order. */
  setup?: readonly SetupQuestion[];
  /**
   * The address a stored secret is bound to: a secret entered for one address is never sent to another.
   */
  secretBinding(connection: unknown): string;
  /** Things worth a warning in the tree before anything is asked of the cluster. */
  warnings(connection: unknown): string[];
  /** Loads the heavy part. */
  load(): Promise<AdapterFactory>;
}

export type AdapterFactory = (
  cluster: ConnectedCluster,
  env: Readonly<Record<string, string | undefined>>,
) => Adapter;

export interface BackupRequest {
  mode: string;
}

/** Bytes on their way from a cluster, and what the cluster said about them. */
export interface BackupSource {
  stream: Readable;
  /** Product version as the cluster reports it. */
  systemVersion?: string;
  /** Bytes to expect, where the system says. */
  size?: number;
  /** Lasting remarks for the manifest, e.g. "answered by a follower 120 ms behind the leader". */
  notes: string[];
}

export interface RestoreCheck {
  /** E.g. `KVS`. */
  name: string;
  expected: number;
  found: number | undefined;
}

export interface Adapter {
  /** Asks the cluster how it is. Throws where it can't be reached or denies us. */
  status(context: RunContext): Promise<ClusterStatus>;
  /** Starts a backup; the stream fails if the cluster cuts it. Refuses by an error of category `refused`. */
  backup(request: BackupRequest, context: RunContext): Promise<BackupSource>;
  /** What the cluster holds now; kinds that can't be counted with these rights are left out. */
  inventory(context: RunContext): Promise<Inventory>;
  /** The system's own lines of a restore plan: versions, record types, CA, tokens. */
  planRestore(content: SnapshotReport, context: RunContext): Promise<RestorePlanItem[]>;
  /**
   * Hands a checked snapshot to the cluster. Sent once, never repeated by itself.
   * @param size bytes of the stream, where known
   */
  restore(stream: Readable, size: number | undefined, context: RunContext): Promise<void>;
  /**
   * Waits until the cluster answers again and compares what it holds with the snapshot.
   * @param secrets replace the cluster's own where the restore brought other tokens back
   */
  checkRestored(
    content: SnapshotReport,
    secrets: Readonly<Record<string, string>>,
    context: RunContext,
  ): Promise<RestoreCheck[]>;
  /** Lets go of connections. */
  close(): Promise<void>;
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
  partial(): SnapshotReport;
  /** Lets go of what it holds; safe to call at any time. */
  destroy(): void;
}

export interface SnapshotFormat {
  id: string;
  title: string;
  /** File endings, with the dot. */
  endings: readonly string[];
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
  sha256: { content?: string | undefined };
};

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
