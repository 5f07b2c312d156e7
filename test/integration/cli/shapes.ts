import { z } from 'zod';
import { manifestSchema, verificationSchema } from '../../../src/core/manifest';

// What docs/cli.md promises to scripts, written down once more, by hand: a field that goes missing or
// changes its kind fails here.

const backup = z.strictObject({
  manifest: manifestSchema.strict(),
  path: z.string(),
  vault: z.string(),
  state: z.enum(['present', 'missing']),
});

const error = z.strictObject({
  code: z.string().regex(/^[a-zA-Z]+\.[a-zA-Z0-9]+$/),
  category: z.enum(['failed', 'usage', 'refused', 'cancelled']),
  message: z.string(),
  next: z.string(),
});

const source = z.strictObject({
  name: z.string(),
  path: z.string(),
  backupId: z.string().optional(),
});

const encryption = z.strictObject({
  kind: z.enum(['none', 'passphrase', 'openpgp']),
  keyIds: z.array(z.string()),
});

const row = z.strictObject({ name: z.string(), count: z.number(), sum: z.number() });

const report = z.strictObject({
  format: z.literal('consul'),
  identity: z.object({ id: z.string(), index: z.number(), term: z.number(), size: z.number() }),
  servers: z.array(z.strictObject({ id: z.string(), address: z.string(), voter: z.boolean() })),
  stats: z.array(row),
  totalSize: z.number(),
  counts: z.record(z.string(), z.number()),
  facts: z.record(z.string(), z.unknown()),
  contentBytes: z.number(),
});

const plan = z.strictObject({
  cluster: z.string(),
  system: z.string(),
  backupId: z.string().optional(),
  source: z.string(),
  contentTime: z.string().optional(),
  age: z.number().optional(),
  content: report,
  current: z.strictObject({
    index: z.number().optional(),
    counts: z.record(z.string(), z.number()),
  }),
  comparison: z.array(
    z.strictObject({ name: z.string(), now: z.number().optional(), after: z.number() }),
  ),
  items: z.array(
    z.strictObject({
      severity: z.enum(['info', 'warning', 'blocker']),
      code: z.string(),
      title: z.string(),
      detail: z.string().optional(),
    }),
  ),
  possible: z.boolean(),
  safetyBackup: z.boolean(),
  asksForSecret: z.strictObject({ field: z.string(), reason: z.string() }).optional(),
  fingerprint: z.string(),
});

const line = z.strictObject({
  severity: z.enum(['info', 'warning', 'blocker']),
  code: z.string().regex(/^[a-zA-Z]+\.[a-zA-Z0-9]+$/),
  title: z.string(),
  detail: z.string().optional(),
  questions: z.array(z.object({ answer: z.string(), title: z.string() })).optional(),
  acceptable: z.boolean().optional(),
  destructive: z.boolean().optional(),
});

const part = z.strictObject({
  name: z.string(),
  state: z.enum(['inProgress', 'ready', 'failed', 'restoring', 'deleting', 'unknown']),
  stateText: z.string(),
  error: z.string().optional(),
});

const hosted = z.strictObject({
  id: z.string(),
  name: z.string(),
  group: z.string().optional(),
  state: part.shape.state,
  stateText: z.string(),
  parts: z.array(part).optional(),
  restores: z
    .array(
      part.omit({ name: true }).extend({ at: z.iso.datetime().optional(), parts: z.array(part) }),
    )
    .optional(),
  automated: z.boolean().optional(),
  restore: z.union([z.literal(true), z.string()]).optional(),
  created: z.iso.datetime().optional(),
  finished: z.iso.datetime().optional(),
  bytes: z.number().optional(),
  encrypted: z.boolean().optional(),
  where: z.string().optional(),
  error: z.string().optional(),
  fetch: z.union([z.literal(true), z.string()]).optional(),
  facts: z.array(z.tuple([z.string(), z.string()])),
});

/** Of platforms that keep their backups on their own side. */
export const hostedShapes = {
  create: z.strictObject({ hosted }),
  createPlan: z.strictObject({
    plan: z.strictObject({ items: z.array(line), on: z.string().optional() }),
  }),
  list: z.strictObject({
    cluster: z.string(),
    hosted: z.array(hosted),
    warnings: z.array(z.string()),
  }),
  show: z.strictObject({ cluster: z.string(), hosted }),
  restore: z.strictObject({
    plan: z.strictObject({
      cluster: z.string(),
      system: z.string(),
      backup: hosted,
      items: z.array(line),
      choices: z.object({}),
      possible: z.boolean(),
      safetyBackup: z.boolean(),
      noSafetyBackup: z.string().optional(),
      fingerprint: z.string(),
    }),
    restored: z.boolean(),
    hosted: hosted.optional(),
    safetyBackup: z.string().optional(),
  }),
  delete: z.strictObject({
    plan: z.strictObject({ backup: hosted, items: z.array(line) }),
    deleted: z.boolean(),
  }),
};

export const shapes = {
  create: z.strictObject({ backup }),
  show: z.strictObject({ backup }),
  label: z.strictObject({ backup }),
  list: z.strictObject({ backups: z.array(backup) }),
  delete: z.strictObject({ deleted: backup }),
  export: z.strictObject({ backup, exported: z.string() }),
  verify: z.strictObject({
    source,
    verification: verificationSchema.strict(),
    encryption,
    storedBytes: z.number(),
    storedSha256: z.string().optional(),
    report,
  }),
  inspect: z.strictObject({
    source,
    product: z.strictObject({ id: z.string(), title: z.string() }),
    encryption,
    storedBytes: z.number(),
    verification: verificationSchema.strict(),
    report,
    keys: z
      .strictObject({
        rows: z.array(row),
        totalRows: z.number(),
        totalCount: z.number(),
        totalSum: z.number(),
      })
      .optional(),
  }),
  restore: z.strictObject({
    source,
    plan,
    restored: z.boolean(),
    safetyBackup: z.string().optional(),
    checks: z
      .array(
        z.strictObject({ name: z.string(), expected: z.number(), found: z.number().optional() }),
      )
      .optional(),
  }),
  clusters: z.strictObject({
    file: z.string(),
    clusters: z.array(
      z.strictObject({
        name: z.string(),
        system: z.string(),
        vault: z.string(),
        status: z
          .strictObject({
            version: z.string().optional(),
            datacenter: z.string().optional(),
            leader: z.string().optional(),
            health: z.enum(['healthy', 'degraded', 'noLeader']),
            reason: z.string().optional(),
            servers: z.array(z.object({ name: z.string(), leader: z.boolean() })),
            quorum: z
              .strictObject({ needed: z.number(), alive: z.number(), total: z.number() })
              .optional(),
            warnings: z.array(z.string()),
          })
          .optional(),
        error: error.optional(),
        backups: z.number(),
        lastBackup: backup.optional(),
      }),
    ),
    problems: z.array(
      z.strictObject({ cluster: z.string().optional(), line: z.number(), message: z.string() }),
    ),
  }),
  activities: z.strictObject({
    activities: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['backup', 'restore', 'verify', 'delete', 'export', 'adopt', 'prune']),
        cluster: z.string(),
        by: z.string(),
        started: z.string(),
        state: z.enum(['running', 'done', 'failed', 'refused', 'cancelled', 'interrupted']),
      }),
    ),
  }),
  /** A line on stderr. */
  errorLine: error.extend({ type: z.literal('error'), detail: z.string().optional() }).strict(),
};

/** Consul's own object (command/snapshot/inspect/formatter.go). */
const vendorRow = z.strictObject({ Name: z.string(), Sum: z.number(), Count: z.number() });
export const vendorObject = z.strictObject({
  Meta: z.strictObject({
    ID: z.string(),
    Size: z.number(),
    Index: z.number(),
    Term: z.number(),
    Version: z.number(),
  }),
  Stats: z.array(vendorRow),
  StatsKV: z.array(vendorRow).nullable(),
  TotalSize: z.number(),
  TotalSizeKV: z.number(),
});
