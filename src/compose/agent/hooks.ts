import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentCluster, AgentEvent, AgentTells } from '../../core/agent/ports';
import { configErrors } from '../../core/config/configErrors';
import type { Hook } from '../../core/config/policy';
import { webhookNeed } from '../../core/config/secrets';
import type { SecretLookup } from '../../core/config/secrets';
import { isCancellation, toErrorInfo } from '../../core/errors';
import type { Log } from '../../core/ports';
import { withOwnSignal } from '../../core/ownSignal';
import { addInterval, parseInterval } from '../../core/retention/interval';
import type { AgentConfiguration } from './agentConfiguration';
import { runCommand } from './command';
import { hookEnvironment, secretsOf } from './hookEnvironment';
import type { Environment } from './hookEnvironment';
import { NoticeQueues } from './noticeQueues';
import { callWebhook } from './webhook';

export interface HooksOptions {
  configuration: Pick<AgentConfiguration, 'find' | 'secretVariables'>;
  /** As in `AgentWorkOptions`. */
  lookup: SecretLookup;
  env: Environment;
  log: Log;
  /** Aborted when the agent stops: notices are then tried no further. */
  signal: AbortSignal;
  /** Milliseconds before each further try of a notice. Default: 1, 5 and 25 seconds. */
  pauses?: readonly number[];
  /** Milliseconds that a notice gets once the agent stops. Default: 5 seconds. */
  grace?: number;
}

type List = 'before' | 'after' | 'notices';

const TIMEOUT_MS = 60_000;
const PAUSES_MS = [1_000, 5_000, 25_000];
const GRACE_MS = 5_000;

/** Hooks and notices as a policy has them: commands that are run, addresses that are told. */
export function createHooks(options: HooksOptions): AgentTells {
  const { configuration, lookup, env, log } = options;
  const queues = new NoticeQueues();
  const stopped = afterGrace(options.signal, options.grace ?? GRACE_MS);

  return {
    async before(cluster, event, signal) {
      for (const [index, hook] of hooksOf(cluster, 'before')) {
        await tell(cluster, hook, `policy.before.${index}`, event, signal);
      }
    },

    async after(cluster, event, signal, report) {
      for (const [index, hook] of hooksOf(cluster, 'after')) {
        try {
          await tell(cluster, hook, `policy.after.${index}`, event, signal);
        } catch (error) {
          if (signal.aborted && isCancellation(error)) return;
          const { code, message, next } = toErrorInfo(error);
          log.warn(`${cluster.name}: after the backup: ${message} ${next} [${code}]`);
          report({
            ...event,
            kind: 'hookFailed',
            text: `A hook after a backup of "${cluster.name}" failed: ${message}`,
            error: { code, message, next },
          });
        }
      }
    },

    async notice(cluster, event) {
      await Promise.all(
        hooksOf(cluster, 'notices').map(([index, hook]) => {
          const told = queues.add(`${cluster.key}\n${JSON.stringify(hook)}`, () =>
            persistent(cluster, hook, `policy.notices.${index}`, event),
          );
          if (told !== undefined) return told;
          log.warn(
            `${cluster.name}: notice "${event.kind}" is left out: too many wait for the same hook.`,
          );
          return Promise.resolve();
        }),
      );
    },
  };

  async function tell(
    cluster: AgentCluster,
    hook: Hook,
    field: string,
    event: AgentEvent,
    signal: AbortSignal,
  ): Promise<void> {
    const timeout = milliseconds(hook.timeout);
    if ('webhook' in hook) {
      await callWebhook(await addressOf(hook, field, cluster), event, timeout, signal);
      return;
    }
    const named = configuration.secretVariables();
    const file = configuration.find(cluster.key)?.file;
    await runCommand(
      {
        command: hook.command,
        env: hookEnvironment(env, named, event),
        folder: file === undefined ? homedir() : dirname(file),
        timeout,
        secrets: secretsOf(env, named),
      },
      log,
      signal,
    );
  }

  /** Tries again, as whoever is told may be out of reach for a moment. Never throws. */
  async function persistent(
    cluster: AgentCluster,
    hook: Hook,
    field: string,
    event: AgentEvent,
  ): Promise<void> {
    const pauses = options.pauses ?? PAUSES_MS;
    for (let tried = 0; ; tried++) {
      try {
        await withOwnSignal(stopped, (signal) => tell(cluster, hook, field, event, signal));
        return;
      } catch (error) {
        const { code, message, next } = toErrorInfo(error);
        const pause = pauses[tried];
        const isLast = pause === undefined || options.signal.aborted;
        const words = `${cluster.name}: notice "${event.kind}": ${message}`;
        log.warn(isLast ? `${words} ${next} [${code}]` : `${words} It is tried again.`);
        if (isLast) return;
        await delay(pause, undefined, { signal: options.signal }).catch(() => undefined);
      }
    }
  }

  async function addressOf(
    hook: Extract<Hook, { webhook: unknown }>,
    field: string,
    { name }: AgentCluster,
  ): Promise<string> {
    if (typeof hook.webhook === 'string') return hook.webhook;
    const need = webhookNeed(hook, `${field}.webhook`, name);
    const address = need === undefined ? undefined : await lookup(need);
    if (address !== undefined && address !== '') return address;
    throw configErrors.secretMissing({
      message: `The ${need?.title ?? 'address of a webhook'} is missing.`,
    });
  }
}

function hooksOf({ policy }: AgentCluster, list: List): [number, Hook][] {
  return (policy[list] ?? []).map((hook, index) => [index, hook]);
}

/** A hook's limit in milliseconds. */
function milliseconds(timeout: string | undefined): number {
  const interval = timeout === undefined ? undefined : parseInterval(timeout, 'vault');
  if (interval === undefined) return TIMEOUT_MS;
  return Math.min(addInterval(new Date(0), interval).getTime(), LONGEST_MS);
}

/** A timer takes no more. */
const LONGEST_MS = 2 ** 31 - 1;

/** A signal that follows another one a little later; one for all notices, however many wait. */
function afterGrace(signal: AbortSignal, grace: number): AbortSignal {
  const controller = new AbortController();
  const start = () => {
    // What goes on by then keeps the process by itself.
    setTimeout(() => controller.abort(), grace).unref();
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return controller.signal;
}
