import * as z from 'zod';

/** 3 to 25 characters of `A-Za-z0-9_.-`, not starting with `..`. */
export const LABEL_PATTERN = /^(?!\.\.)[A-Za-z0-9_.-]{3,25}$/;

/** Cluster names become folder names in a vault, so they are kept to what every file system takes. */
export const CLUSTER_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const isoTime = z.iso.datetime({ offset: true });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a check found, and when. */
export const verificationSchema = z.object({
  at: isoTime,
  /** Version of this project that checked. */
  by: z.string(),
  result: z.enum(['ok', 'damaged']),
  /** For `damaged`: the error's code and message. */
  code: z.string().optional(),
  message: z.string().optional(),
});

export const manifestSchema = z.object({
  version: z.literal(1),
  /** ULID. */
  id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  cluster: z.string(),
  system: z.object({ kind: z.string(), version: z.string().optional() }),
  /** Id of the snapshot format, e.g. `consul`. */
  format: z.string(),
  /** Name of the file beside this manifest; never a path. */
  file: z.string().regex(/^[^/\\]+$/),
  mode: z.string().optional(),
  label: z.string().optional(),
  origin: z.object({
    kind: z.enum(['manual', 'schedule', 'safety', 'adopted']),
    schedule: z.string().optional(),
  }),
  /** When the backup started; for an adopted file, the time the snapshot itself states. */
  created: isoTime,
  finished: isoTime,
  /** Bytes on disk. */
  bytes: z.number().int().nonnegative(),
  sha256: z.object({
    /** Of the bytes on disk. */
    stored: sha256,
    /** Of the plain content; unknown for an adopted file that could not be decrypted. */
    content: sha256.optional(),
  }),
  encryption: z.object({
    kind: z.enum(['none', 'passphrase', 'openpgp']),
    /** Key ids of the recipients, 16 hex digits each. */
    keyIds: z.array(z.string()).optional(),
  }),
  /** The snapshot's own identity; what is in it depends on the format. */
  snapshot: z
    .object({
      id: z.string().optional(),
      index: z.number().optional(),
      term: z.number().optional(),
      formatVersion: z.number().optional(),
      /** The time the snapshot itself states. */
      time: isoTime.optional(),
      /** Bytes of content once unpacked. */
      size: z.number().optional(),
    })
    .optional(),
  /** How many of each record type, by the format's own names. */
  counts: z.record(z.string(), z.number()).optional(),
  /** Warnings that belong to this backup for good, e.g. how stale the answer was. */
  notes: z.array(z.string()).optional(),
  verification: verificationSchema.optional(),
  /** Result of a restore drill. */
  drill: verificationSchema.optional(),
  /** Held for ever, whatever retention says. */
  pin: z.boolean().optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Verification = z.infer<typeof verificationSchema>;

/** A backup as a vault holds it. */
export interface Backup {
  manifest: Manifest;
  /** Where the bytes lie, absolute. */
  path: string;
  /** `missing` when the manifest is there and its file is not. */
  state: 'present' | 'missing';
}

/** One server of a cluster, as the cluster itself reports it. */
export interface ServerStatus {
  name: string;
  address?: string;
  leader: boolean;
  voter: boolean;
  healthy: boolean;
}

/** What a cluster says of itself now. */
export interface ClusterStatus {
  version?: string;
  datacenter?: string;
  /** Address of the leader; absent when there is none. */
  leader?: string;
  /** `healthy`, `degraded` (works, but lost redundancy), `noLeader`; unreachable is an error instead. */
  health: 'healthy' | 'degraded' | 'noLeader';
  /** One sentence when the health is not `healthy`. */
  reason?: string;
  servers: ServerStatus[];
  /** Voters needed, and voters there are and are alive. */
  quorum?: { needed: number; alive: number; total: number };
  /** Things to show in the tree, e.g. that TLS is not verified. */
  warnings: string[];
}

/** What a cluster holds now, in the words of its own format's record types. */
export interface Inventory {
  index?: number;
  /** E.g. `KVS`, `Service`, `Node`; absent kinds could not be counted. */
  counts: Record<string, number>;
}

/** Labels are checked in one place, as one types and before anything runs. */
export function labelProblem(label: string): string | undefined {
  if (label === '' || LABEL_PATTERN.test(label)) return undefined;
  if (label.length < 3 || label.length > 25) return 'A label has 3 to 25 characters.';
  if (label.startsWith('..')) return 'A label does not start with "..".';
  return 'A label has only letters, digits, "_", "." and "-".';
}
