import * as z from 'zod';
import { snapshotErrors } from '../snapshotErrors';

/** Largest meta.json that is read; real ones have a few hundred bytes a server. */
export const MAX_META_BYTES = 1024 * 1024;

const uint64 = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)])
  .transform((value) => BigInt(value))
  .refine((value) => value < 1n << 64n);

const server = z.object({
  Suffrage: z.number().int().default(0),
  ID: z.string(),
  Address: z.string(),
});

const schema = z.object({
  Version: z.number().int().nonnegative(),
  ID: z.string().max(1024),
  Index: uint64,
  Term: uint64,
  Configuration: z
    .object({ Servers: z.array(server).nullish() })
    .nullish()
    .transform((configuration) => configuration?.Servers ?? []),
  Size: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  /** Base64 of a CRC-64; only in a raft folder. */
  CRC: z.string().nullish(),
});

/** What a snapshot says of itself (hashicorp/raft snapshot.go, SnapshotMeta). */
export interface RaftMeta {
  version: number;
  id: string;
  index: bigint;
  term: bigint;
  /** Bytes of state.bin. */
  size: number;
  servers: { id: string; address: string; voter: boolean }[];
  /** When it was taken, where the id says so. */
  time: Date | undefined;
  crc: string | undefined;
}

/** Reads a meta.json. Throws `snapshot.badMeta`. */
export function parseMeta(bytes: Buffer): RaftMeta {
  let raw: unknown;
  try {
    raw = JSON.parse(keepBigNumbers(bytes.toString('utf8')));
  } catch (cause) {
    throw snapshotErrors.badMeta({ message: 'meta.json of the snapshot is not JSON.', cause });
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole');
    throw snapshotErrors.badMeta({
      message: `meta.json of the snapshot is not what Raft writes: ${[...new Set(fields)].join(', ')}.`,
      cause: parsed.error,
    });
  }
  const meta = parsed.data;
  return {
    version: meta.Version,
    id: meta.ID,
    index: meta.Index,
    term: meta.Term,
    size: meta.Size,
    servers: meta.Configuration.map(({ ID, Address, Suffrage }) => ({
      id: ID,
      address: Address,
      voter: Suffrage === 0,
    })),
    time: timeOf(meta.ID),
    crc: meta.CRC ?? undefined,
  };
}

/** Snapshot ids are `<term>-<index>-<Unix ms>` (hashicorp/raft file_snapshot.go, snapshotName). */
function timeOf(id: string): Date | undefined {
  const ms = /^\d+-\d+-(\d{1,13})$/.exec(id)?.[1];
  return ms === undefined ? undefined : new Date(Number(ms));
}

/** Integers too long for a JavaScript number become strings, so that no digit is lost. */
function keepBigNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
