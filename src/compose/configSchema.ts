import { systems } from '../adapters/registry';
import { configJsonSchema } from '../core/config/schema';

/** The JSON schema of cluster-backup.jsonc, with the fields of every system. */
export function schemaText(): string {
  return configJsonSchema(systems);
}
