import { createAgentConfiguration } from '../../compose/agent/agentConfiguration';
import type { AgentConfiguration } from '../../compose/agent/agentConfiguration';
import { createAgentWork } from '../../compose/agent/agentWork';
import { createHooks } from '../../compose/agent/hooks';
import { missingSecrets } from '../../compose/agent/missingSecrets';
import type { AgentParts } from '../../core/agent/ports';
import type { Cli } from '../cli';
import { secretLookup } from '../secrets';
import { agentLog } from './agentLog';
import { systemClock } from '../../compose/agent/systemClock';

export interface PreparedAgent {
  parts: AgentParts;
  configuration: AgentConfiguration;
  /** The configuration file, absolute. */
  file: string;
  /** Tells which secrets are missing; stops nobody. */
  tellMissingSecrets(): Promise<void>;
}

/**
 * Puts the agent's parts together. Secrets come from the environment: nobody is asked.
 *
 * @throws `cli.noConfiguration`, `config.invalid`, `config.unreadable`
 */
export async function prepareAgent(cli: Cli): Promise<PreparedAgent> {
  const { file } = await cli.configuration();
  const { vault: defaultVault } = await cli.services.folders();
  const { signal } = cli.context;
  const log = agentLog(cli.out, systemClock);
  const lookup = secretLookup(cli, false);
  const configuration = createAgentConfiguration({ files: () => [file], defaultVault, log });
  const work = createAgentWork({
    configuration,
    operations: await cli.services.operations('agent'),
    lookup,
    clock: systemClock,
    log,
  });
  const tells = createHooks({ configuration, lookup, env: cli.terminal.env, log, signal });
  return {
    parts: { work, tells, clock: systemClock, log, random: Math.random },
    configuration,
    file,
    async tellMissingSecrets() {
      for (const { key, name } of await work.clusters()) {
        const config = configuration.find(key);
        if (config === undefined) continue;
        for (const { message, next } of await missingSecrets(config, lookup)) {
          log.warn(`${name}: ${message} ${next}`);
        }
      }
    },
  };
}
