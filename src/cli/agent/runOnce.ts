import { createAgent } from '../../core/agent/agent';
import { agentErrors } from '../../core/agent/agentErrors';
import type { AgentEvent } from '../../core/agent/ports';
import { throwIfCancelled } from '../../core/errors';
import type { Cli } from '../cli';
import { countText } from '../words';
import type { PreparedAgent } from './prepareAgent';

/** What a run that ends well may tell as well. */
const GOOD: ReadonlySet<AgentEvent['kind']> = new Set(['before', 'done', 'missed', 'recovered']);

/**
 * Does what is due now and ends, for those who have another program start it.
 *
 * @throws `agent.runsFailed` where anything failed, or a check found a damaged backup; `core.cancelled`
 */
export async function runOnce({ parts, ...prepared }: PreparedAgent, cli: Cli): Promise<void> {
  const { tells, log } = parts;
  const failed: AgentEvent[] = [];
  const agent = createAgent({
    ...parts,
    tells: {
      before: (cluster, event, signal) => tells.before(cluster, event, signal),
      after: (cluster, event, signal, tell) => tells.after(cluster, event, signal, tell),
      notice(cluster, event) {
        if (!GOOD.has(event.kind)) failed.push(event);
        return tells.notice(cluster, event);
      },
    },
  });
  const { signal } = cli.context;
  await prepared.tellMissingSecrets();
  await agent.runOnce(signal);
  throwIfCancelled(signal);
  const clusters = new Set(failed.map(({ cluster }) => cluster));
  const unread = agent.state().error;
  if (clusters.size === 0 && unread === undefined) {
    log.info('All that was due is done.');
    return;
  }
  const of = [...clusters].map((name) => `"${name}"`).join(', ');
  throw agentErrors.runsFailed({
    message:
      unread?.message ??
      `${countText(failed.length, 'thing')} failed that had to be done for ${of}.`,
  });
}
