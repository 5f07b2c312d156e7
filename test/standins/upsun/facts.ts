import { BEYOND } from './shape';
import type { OpenApi } from './vendors';

/** What an operation takes and answers, in a form in which two descriptions of it can be compared. */
export interface Facts {
  parameters: Record<string, unknown>;
  body: unknown;
  reply: unknown;
}

const WORDS = ['title', 'description', 'example', 'default', 'deprecated', 'nullable', BEYOND];

interface Described {
  parameters?: {
    name?: string;
    in?: string;
    $ref?: string;
    required?: boolean;
    schema?: unknown;
  }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
type Content = Record<string, { schema: unknown }>;

/**
 * The facts of an operation: names, types, what is required, what may be null, enums, formats. Its words are left out,
 * and so is what is marked as going beyond the vendor's description.
 */
export function facts(document: OpenApi, path: string, method: string): Facts {
  const operation = document.paths[path]?.[method] as unknown as Described;
  const { responses, requestBody } = operation;
  const good = responses['200'] ?? responses['2XX'] ?? responses['default'];
  const parameters = (operation.parameters ?? [])
    .map((one) => (one.$ref === undefined ? one : (resolved(document, one.$ref) as typeof one)))
    .filter((one) => !(BEYOND in one));
  return {
    parameters: Object.fromEntries(
      parameters.map(({ name = '', in: place = '', required = false, schema }) => [
        `${place} ${name}`,
        { required, schema: plain(document, schema) },
      ]),
    ),
    body: plain(document, requestBody?.content['application/json']?.schema),
    reply: plain(document, good?.content?.['application/json']?.schema),
  };
}

/** Without references, words and what goes beyond, and in one order. */
function plain(document: OpenApi, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((inner) => plain(document, inner));
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Record<string, unknown>;
  if (typeof schema['$ref'] === 'string')
    return plain(document, resolved(document, schema['$ref']));
  const { allOf } = schema;
  if (Array.isArray(allOf) && allOf.length === 1) return plain(document, allOf[0]);
  const { properties, required, enum: values, nullable, ...rest } = schema;
  const kept = Object.entries(rest).filter(([key]) => !WORDS.includes(key));
  return {
    ...Object.fromEntries(kept.map(([key, inner]) => [key, plain(document, inner)])),
    ...(nullable === true ? { orNull: true } : {}),
    ...(Array.isArray(values) ? { enum: values.filter((one) => one !== null).sort() } : {}),
    ...(Array.isArray(required) ? { required: [...(required as string[])].sort() } : {}),
    ...(typeof properties === 'object'
      ? {
          properties: Object.fromEntries(
            Object.entries(properties as Record<string, object>)
              .filter(([, inner]) => !(BEYOND in inner))
              .map(([name, inner]) => [name, plain(document, inner)]),
          ),
        }
      : {}),
  };
}

function resolved(document: OpenApi, reference: string): unknown {
  let found: unknown = document;
  for (const part of reference.split('/').slice(1)) {
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}
