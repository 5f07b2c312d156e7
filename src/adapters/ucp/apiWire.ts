import * as z from 'zod';

/*
 * Answers of the product's HTTP API, from 3.2 on: docker/docs ee/admin/backup/back-up-ucp.md, ee/ucp/user-access/cli.md.
 * Names are mixed there (`backupState`, `created_at`), so how they are written does not count here.
 */

/** What the product says of a backup it made. */
export interface ApiBackup {
  id: string;
  /** Empty where it does not say. */
  fileName: string;
  logFileName: string;
  /** Folder, or the file itself. */
  backupPath: string;
  nodeLocation: string;
  /** `IN_PROGRESS`, `SUCCESS`, `FAILED`. */
  state: string;
  shortError: string;
  encrypted: boolean | undefined;
  /** ISO 8601. */
  created: string | undefined;
  /** ISO 8601; undefined while it is not finished. */
  completed: string | undefined;
}

const MAX_TEXT = 4096;
const text = z
  .string()
  .max(MAX_TEXT)
  .nullish()
  .transform((value) => value ?? '');
/** Go's zero time, year 1, means that there is none. */
const time = text.transform((value) => {
  const at = Date.parse(value);
  return Number.isNaN(at) || new Date(at).getUTCFullYear() <= 1
    ? undefined
    : new Date(at).toISOString();
});

function plainNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const pairs = Object.entries(value);
  return Object.fromEntries(
    pairs.map(([name, content]) => [name.toLowerCase().replaceAll('_', ''), content]),
  );
}

export const apiBackupSchema = z
  .preprocess(
    plainNames,
    z.looseObject({
      id: z.string().min(1).max(256),
      filename: text,
      logfilename: text,
      backuppath: text,
      nodelocation: text,
      backupstate: text,
      shorterror: text,
      encrypted: z.boolean().nullish(),
      createdat: time,
      completedat: time,
    }),
  )
  .transform((wire): ApiBackup => ({
    id: wire.id,
    fileName: wire.filename,
    logFileName: wire.logfilename,
    backupPath: wire.backuppath,
    nodeLocation: wire.nodelocation,
    state: wire.backupstate,
    shortError: wire.shorterror,
    encrypted: wire.encrypted ?? undefined,
    created: wire.createdat,
    completed: wire.completedat,
  }));

/** Go gives an empty list as null. */
export const apiBackupsSchema = z
  .array(apiBackupSchema)
  .max(100_000)
  .nullable()
  .transform((list) => list ?? []);

export const loginSchema = z.looseObject({ auth_token: z.string().min(1).max(MAX_TEXT) });

/** The documentation only says that an id comes back; undefined where it is not where it was seen. */
export const createdSchema = z
  .union([
    z.string().transform((id) => ({ backupid: id })),
    z.preprocess(plainNames, z.looseObject({ backupid: z.string().nullish() })),
  ])
  .transform(({ backupid }) => (backupid === '' ? undefined : (backupid ?? undefined)));

/** `GET /version`, in Docker's form: the product is the version itself, or one of the components. */
export const versionSchema = z.looseObject({
  Version: z.string().nullish(),
  Components: z
    .array(z.looseObject({ Name: z.string().nullish(), Version: z.string().nullish() }))
    .nullish(),
});

/** What is sent to make one. */
export interface ApiBackupRequest {
  fileName: string;
  hostPath: string;
  includeLogs: boolean;
  passphrase?: string;
  noPassphrase?: boolean;
}

/** The words of an error's JSON: `{"message"}` or `{"errors": [{"message"}]}`; undefined where it is none of these. */
export function errorWords(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const parsed = errorSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { message, error, errors } = parsed.data;
  const said = errors?.map((one) => [one.message, one.detail].filter(isText).join(': '));
  return [message, error, ...(said ?? [])].filter(isText).join('; ') || undefined;
}

const words = z.string().optional().catch(undefined);
const errorSchema = z.looseObject({
  message: words,
  error: words,
  errors: z.array(z.looseObject({ message: words, detail: words })).nullish(),
});

function isText(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}
