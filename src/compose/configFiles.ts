import { readFile } from 'node:fs/promises';
import { configErrors } from '../core/config/configErrors';
import { parseConfig } from '../core/config/parse';
import type { ParsedConfig } from '../core/config/parse';
import type { SystemDefinition } from '../core/ports';

/**
 * Reads one configuration file; undefined when there is none.
 *
 * @throws `config.unreadable`
 */
export async function readConfigFile(
  file: string,
  systems: readonly SystemDefinition[],
  defaultVault: string,
): Promise<ParsedConfig | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw configErrors.unreadable({ message: `${file} can't be read.`, cause });
  }
  return parseConfig(text, file, { systems, defaultVault });
}
