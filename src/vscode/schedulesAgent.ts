// Loaded when this window begins to run schedules: the agent, its work and its hooks.
import { existsSync } from 'node:fs';
import { ulid } from 'ulid';
import type * as vscode from 'vscode';
import { createAgentConfiguration } from '../compose/agent/agentConfiguration';
import { createAgentWork } from '../compose/agent/agentWork';
import type { AgentOperations } from '../compose/agent/agentWork';
import { createHooks } from '../compose/agent/hooks';
import { missingSecrets } from '../compose/agent/missingSecrets';
import { systemClock } from '../compose/agent/systemClock';
import { createAgent } from '../core/agent/agent';
import type { Agent } from '../core/agent/ports';
import type { SecretNeed } from '../core/config/secrets';
import type { Log, RunContext } from '../core/ports';
import type { Services } from './services';

/**
 * An agent over this window's threads and stored secrets. It asks nobody: what is missing is told once, with a button.
 *
 * @param signal ends its notices; the agent itself is ended by what it is run with
 */
export function prepareSchedules(
  services: Services,
  signal: AbortSignal,
): { agent: Agent; dispose(): void } {
  const { store, secrets } = services;
  const log = prefixed(services.log);
  const lookup = secrets.stored;
  const configuration = createAgentConfiguration({
    files: () => store.configFiles().filter((file) => existsSync(file)),
    defaultVault: store.folders.vault,
    log,
  });
  const work = createAgentWork({
    configuration,
    operations: threaded(services),
    lookup,
    clock: systemClock,
    log,
  });
  const tells = createHooks({ configuration, lookup, env: process.env, log, signal });
  const agent = createAgent({ work, tells, clock: systemClock, log, random: Math.random });
  const told = new Set<string>();
  const look = async () => {
    for (const { config } of store.entries) {
      if (config.policy === undefined) continue;
      for (const { need, message } of await missingSecrets(config, lookup)) {
        const key = JSON.stringify([need.reference, need.binding]);
        if (signal.aborted || told.has(key)) continue;
        told.add(key);
        void tellMissing(services, config.name, need, message).then((given) => {
          if (given) agent.wake();
        });
      }
    }
  };
  const subscriptions: vscode.Disposable[] = [
    // The configuration was read anew.
    store.onDidChange((entry) => {
      if (entry !== undefined || store.state === 'loading') return;
      agent.wake();
      void look();
    }),
    secrets.onDidChange(() => agent.wake()),
  ];
  void look();
  return {
    agent,
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Long work gets a thread of its own, and can be cancelled in the Activity view. */
function threaded({ client, activities }: Services): AgentOperations {
  const owned = async <T>(
    { signal, progress }: RunContext,
    run: (
      activityId: string,
      options: { own: true; signal: AbortSignal; progress: RunContext['progress'] },
    ) => Promise<T>,
  ): Promise<T> => {
    const activityId = ulid();
    const abort = new AbortController();
    const ownership = activities.own(activityId, abort);
    try {
      return await run(activityId, {
        own: true,
        signal: AbortSignal.any([signal, abort.signal]),
        progress: (update) => {
          activities.progress(activityId, update);
          progress(update);
        },
      });
    } finally {
      ownership.dispose();
    }
  };
  return {
    scheduledBackup: (p, c) =>
      owned(c, (activityId, o) => client.call('scheduledBackup', { ...p, activityId }, o)),
    prune: (p, c) => owned(c, (activityId, o) => client.call('prune', { ...p, activityId }, o)),
    scheduledCheck: (p, c) =>
      owned(c, (activityId, o) => client.call('scheduledCheck', { ...p, activityId }, o)),
    tidyVault: (p, { signal }) => client.call('tidyVault', p, { signal }),
    policyBackups: (p, { signal }) => client.call('policyBackups', p, { signal }),
  };
}

/** @returns whether it was given */
async function tellMissing(
  { ui, secrets, log }: Services,
  cluster: string,
  need: SecretNeed,
  message: string,
): Promise<boolean> {
  const text = `Schedules of ${cluster} can't run: ${message}`;
  log.warn(text);
  if ('env' in need.reference) {
    void ui.warn(`${text} Set it, and start the editor anew.`);
    return false;
  }
  const enter = 'Enter Secret…';
  if ((await ui.warn(text, enter)) !== enter) return false;
  return (await secrets.ask(need)) !== undefined;
}

function prefixed(log: Log): Log {
  const write = (level: keyof Log) => (message: string) => log[level](`Schedules: ${message}`);
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
