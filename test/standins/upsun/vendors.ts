import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../../src/sandbox/parts/folders';
import { description } from './description';
import type { Schema } from './shape';

/** Where the vendor's OpenAPI description lies, if it is there: beside the project, not in it. */
export const VENDORS_FILE = join(repositoryRoot, '../shared/fixtures/upsun/openapi.json');

export interface OpenApi {
  openapi: string;
  info: unknown;
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components?: { schemas?: Record<string, Schema>; parameters?: Record<string, Schema> };
}

/** The vendor's description as it is. Undefined where its file is missing, as on a fresh clone. */
export function vendorsDescription(file = VENDORS_FILE): OpenApi | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as OpenApi) : undefined;
}

/**
 * The vendor's description as a validator can use it: the operations that are used here, and two things mended in which
 * it contradicts what the platform sends. Null is put among the values where an enum is nullable, and resources that
 * take no further properties get HAL's `_links` (and Accepted its `_embedded`), which it does not mention.
 */
export function usableVendors(vendors: OpenApi): OpenApi {
  const { components, ...rest } = structuredClone(vendors);
  const paths: OpenApi['paths'] = {};
  for (const [path, methods] of Object.entries(description.paths)) {
    const theirs = rest.paths[path];
    if (theirs === undefined) continue;
    paths[path] = Object.fromEntries(
      Object.entries(theirs).filter(([method]) => method in methods),
    );
  }
  withNulls(components);
  for (const name of RESOURCES) {
    const schema = components?.schemas?.[name] as { properties?: Record<string, Schema> };
    Object.assign((schema.properties ??= {}), { _links: { type: 'object' } });
    if (name === 'AcceptedResponse') Object.assign(schema.properties, { _embedded: OBJECT });
  }
  return { ...rest, paths, ...(components === undefined ? {} : { components }) };
}

const OBJECT = { type: 'object' };

/** Answered with HAL's links around them. */
const RESOURCES = [
  'Project',
  'ProjectCapabilities',
  'ProjectSettings',
  'Environment',
  'Backup',
  'Activity',
  'AcceptedResponse',
];

function withNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if ('nullable' in value && value.nullable === true && 'enum' in value) {
    const values = value.enum as unknown[];
    if (!values.includes(null)) values.push(null);
  }
  for (const inner of Object.values(value)) withNulls(inner);
}
