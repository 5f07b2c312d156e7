import * as z from 'zod';

const isoTime = z.iso.datetime({ offset: true });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a check found, and when. */
export const verificationSchema = z.object({
  at: isoTime,
  /** Version of this project that checked. */
  by: z.string(),
  result: z.enum(['ok', 'damaged']),
  /** `stored`: it could not be opened, so that only sum and size of the stored bytes were compared. */
  of: z.enum(['stored']).optional(),
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
  /** Where it was taken: what a later restore compares, in the system's own words. No secret. */
  source: z.record(z.string(), z.string()).optional(),
  /** What of the cluster was taken, where that was chosen. */
  scope: z
    .object({
      parts: z.array(z.string()).optional(),
      only: z.array(z.object({ kind: z.string(), name: z.string() })).optional(),
    })
    .optional(),
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
