import type { AgentEvent } from '../../core/agent/ports';

export type Environment = Readonly<Record<string, string | undefined>>;

const STORED_SECRETS = 'CLUSTER_BACKUP_SECRET_';

/** Whether a variable may hold a secret or the name of its file: one that the configuration names, or a stored one's. */
export function isSecretVariable(name: string, named: ReadonlySet<string>): boolean {
  return (
    named.has(name.replace(/_FILE$/, '')) ||
    named.has(name) ||
    name.toUpperCase().startsWith(STORED_SECRETS)
  );
}

/** Values that must not show in what a hook prints. */
export function secretsOf(env: Environment, named: ReadonlySet<string>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value && isSecretVariable(name, named) ? [value] : [],
  );
}

/**
 * What a hook's command finds in its environment: what this process has, without secrets, and what happened.
 *
 * @param named variables that hold secrets
 */
export function hookEnvironment(
  env: Environment,
  named: ReadonlySet<string>,
  event: AgentEvent,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !isSecretVariable(name, named));
  return {
    ...Object.fromEntries(kept),
    // What is not known is empty, also where an outer process had set it.
    CLUSTER_BACKUP_EVENT: event.kind,
    CLUSTER_BACKUP_CLUSTER: event.cluster,
    CLUSTER_BACKUP_SCHEDULE: event.schedule ?? '',
    CLUSTER_BACKUP_BACKUP_ID: event.backupId ?? '',
    CLUSTER_BACKUP_ERROR_CODE: event.error?.code ?? '',
    CLUSTER_BACKUP_MESSAGE: event.text,
  };
}
