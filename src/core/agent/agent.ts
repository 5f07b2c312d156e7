import type { Agent, AgentParts } from './ports';

/** One loop for all clusters. */
export function createAgent(_parts: AgentParts): Agent {
  throw new Error('Not there yet.');
}
