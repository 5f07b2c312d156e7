import type { SystemDefinition } from '../ports';
import { policyProblems } from '../retention/problems';
import type { PolicyConfig } from './policy';

/** What is wrong with a policy, and in which of its fields: `['schedules', 0, 'interval']`. */
export interface PolicyFault {
  path: (string | number)[];
  message: string;
}

/**
 * What is wrong with the policy of a cluster beyond the form of its fields: what contradicts itself, and what its system
 * can't do.
 */
export function policyFaults(policy: PolicyConfig, system: SystemDefinition): PolicyFault[] {
  const { schedules = [], manualCount, maxBackups, mode } = policy;
  const faults = policyProblems(
    {
      schedules,
      ...(manualCount === undefined ? {} : { manualCount }),
      ...(maxBackups === undefined ? {} : { maxBackups }),
    },
    'vault',
  )
    .filter(({ severity }) => severity === 'blocker')
    .map(({ field, text }) => ({ path: pathOf(field), message: text }));
  const { modes, retention } = system.capabilities;
  if (retention === true && schedules.length > 0) {
    faults.push({
      path: ['schedules'],
      message: `${system.title} makes its backups by schedules of its own: leave these out ("schedules": []), and set those by Edit Retention on the Platform….`,
    });
  }
  if (mode !== undefined && !modes.some(({ id }) => id === mode)) {
    const known = modes.map(({ id }) => `"${id}"`).join(', ');
    faults.push({
      path: ['mode'],
      message: `${system.title} has no mode "${mode}". Modes are ${known}.`,
    });
  }
  return faults;
}

function pathOf(field: string): (string | number)[] {
  return field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
