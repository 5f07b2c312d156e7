import * as z from 'zod';
import { isTooDeep } from '../../snapshots/marathon/tree';

/*
 * Answers of DC/OS: pages/mesosphere/dcos/2.1/api/backup-restore.yaml of mesosphere/dcos-docs-site, the same from 1.10
 * to 2.2. The service's code was never public, so whatever is open there is taken as it comes.
 */

/** What is said of it besides its status: name and value as they come. */
export type Further = [name: string, value: string][];

/** A component of a backup or of a restore. */
export interface WireComponent {
  name: string;
  status: string;
  further: Further;
}

/** A restore, which the documentation only mentions: `restores.component_status.marathon`. */
export interface WireRestore {
  id: string;
  timestamp: string;
  /** Empty where only the components have one. */
  status: string;
  components: WireComponent[];
  further: Further;
}

/** A backup, called BackupMetadata there. */
export interface WireBackup {
  id: string;
  version: string;
  /** RFC 3339, with up to nine digits of a second. */
  timestamp: string;
  status: string;
  components: WireComponent[];
  /** In their own order; empty where nothing is said of any. */
  restores: WireRestore[];
  further: Further;
}

type Fields = Record<string, unknown>;

const MAX_TEXT = 4096;

const fieldsSchema = z.record(z.string(), z.unknown());

/** A backup as the service tells it. Only its id has to be there. */
export const backupSchema = z
  .looseObject({ id: z.string().min(1).max(256) })
  .transform(({ id, ...rest }): WireBackup => {
    const { dcos_version, timestamp, status, component_status, restores, ...others } = rest;
    return {
      id,
      version: textOf(dcos_version),
      timestamp: textOf(timestamp),
      status: textOf(status),
      components: componentsOf(component_status),
      restores: restoresOf(restores),
      further: furtherOf(others),
    };
  });

/** Go gives an empty list as null. */
export const backupsSchema = z
  .array(backupSchema)
  .max(100_000)
  .nullable()
  // One that is told twice is one: whatever shows them knows each by its id.
  .transform((list) => [...new Map((list ?? []).map((backup) => [backup.id, backup])).values()]);

/** What a command answers: a backup where it is one; it is followed by the list anyway. */
export const answerSchema = backupSchema.optional().catch(undefined);

/** `GET /dcos-metadata/dcos-version.json` */
export const versionSchema = z.looseObject({
  version: z.string().max(MAX_TEXT).optional().catch(undefined),
  'dcos-variant': z.string().max(MAX_TEXT).optional().catch(undefined),
});

function componentsOf(value: unknown): WireComponent[] {
  const components = fieldsSchema.safeParse(value);
  if (!components.success) return [];
  return Object.entries(components.data).map(([name, said]) => {
    const fields = fieldsSchema.safeParse(said);
    if (!fields.success) return { name, status: textOf(said), further: [] };
    const { status, ...others } = fields.data;
    return { name, status: textOf(status), further: furtherOf(others) };
  });
}

/** One, or a list of them, or several by some key. */
function restoresOf(value: unknown): WireRestore[] {
  if (Array.isArray(value)) return value.flatMap((one) => restoreOf(one) ?? []);
  const one = restoreOf(value);
  if (one !== undefined) return [one];
  const many = fieldsSchema.safeParse(value);
  if (!many.success) return [];
  return Object.entries(many.data).flatMap(([id, said]) => {
    const restore = restoreOf(said);
    return restore === undefined ? [] : [{ ...restore, id: restore.id || id }];
  });
}

function restoreOf(value: unknown): WireRestore | undefined {
  const fields = fieldsSchema.safeParse(value);
  if (!fields.success) return undefined;
  const { id, timestamp, status, component_status, ...others } = fields.data;
  if (typeof status !== 'string' && typeof component_status !== 'object') return undefined;
  return {
    id: textOf(id),
    timestamp: textOf(timestamp),
    status: textOf(status),
    components: componentsOf(component_status),
    further: furtherOf(others),
  };
}

function furtherOf(fields: Fields): Further {
  return Object.entries(fields)
    .map(([name, value]): [string, string] => [name, textOf(value)])
    .filter(([, value]) => value !== '');
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  if (isList) return value.join('; ').slice(0, MAX_TEXT);
  return isTooDeep(value)
    ? 'nested too deep to be shown'
    : JSON.stringify(value).slice(0, MAX_TEXT);
}

const errorSchema = z.looseObject({
  errors: z.array(z.unknown()).optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/**
 * The words of a failure: `{"errors":["…"]}` of the backup service, `{"title","description"}` of the login,
 * `{"message"}` of Marathon; undefined where it is none of these.
 */
export function errorWords(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = errorSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { errors = [], title, description, message } = parsed.data;
  const said = [...errors.map(textOf), title, description, message];
  return said.filter((word) => word !== undefined && word !== '').join('; ') || undefined;
}
