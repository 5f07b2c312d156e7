import type * as z from 'zod';
import type { Adapter } from './adapter';

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

/** A value of *Add Cluster* that a cluster offers. */
export interface SetupOption {
  value: string;
  label: string;
  description?: string;
  detail?: string;
}

/** The light part of an adapter: loaded at start, imports nothing heavy. */
export interface SystemDefinition {
  id: string;
  title: string;
  /** Fields of the cluster's entry in cluster-backup.jsonc besides the common ones. */
  schema: z.ZodObject;
  /** Fields of that schema which hold a secret reference. */
  secretFields: readonly string[];
  /** Environment variables that hold a secret which the system reads without being told to. */
  secretVariables?: readonly string[];
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
