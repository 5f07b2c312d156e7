import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configErrors } from '../../../core/config/configErrors';
import { parseConfig } from '../../../core/config/parse';
import type { Cli } from '../../cli';
import { INSIDE } from './container';
import type { ContainerOptions } from './container';
import { needsOf } from './needs';

/**
 * The configuration as the agent will read it inside of a container, where its paths lead elsewhere.
 *
 * @throws `config.unreadable` and what reading the configuration throws
 */
export async function containerFacts(
  cli: Cli,
): Promise<Omit<ContainerOptions, 'image'> & { configHere: string }> {
  const [here, systems] = await Promise.all([cli.configuration(), cli.services.systems()]);
  const config = await readFile(here.file, 'utf8').catch((cause: unknown) => {
    throw configErrors.unreadable({ message: `${here.file} can't be read.`, cause });
  });
  const inside = parseConfig(config, INSIDE.config, {
    systems,
    defaultVault: join(INSIDE.home, 'vault'),
    home: INSIDE.home,
  });
  return {
    config,
    configHere: here.file,
    needs: needsOf(inside.clusters, systems),
    // The same clusters and fields in the same order, so the same files.
    filesHere: needsOf(here.clusters, systems).files,
  };
}
