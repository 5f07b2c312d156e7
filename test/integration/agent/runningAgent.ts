import type { ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { once } from 'node:events';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { parseMetrics } from '../../unit/agent/exposition';
import type { Workplace } from '../cli/support';

/** Generous: other tests run beside these. */
export const PATIENCE = { timeoutMs: 150_000 };

/** A running `cluster-backup agent`. */
export interface RunningAgent {
  child: ChildProcess;
  /** All that it has said so far. */
  said(): string;
  /** Waits for words on stderr. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks its address. */
  ask(path: string): Promise<{ status: number; text: string }>;
  metric(name: string, labels?: string): Promise<number | undefined>;
  /** Ends it; gives its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the agent of a workplace, listening on a port that is free. */
export function startAgent(
  at: Workplace,
  options: { env?: Record<string, string>; args?: string[] } = {},
): RunningAgent {
  const args = ['agent', ...(options.args ?? ['--listen', '127.0.0.1:0'])];
  const { child, result } = at.start(args, { env: options.env ?? {} });
  let text = '';
  child.stderr?.on('data', (chunk: string) => (text += chunk));
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const says = (pattern: RegExp) =>
    waitFor(`the agent to say ${String(pattern)}`, () => pattern.exec(text) ?? undefined, {
      ...PATIENCE,
      giveUp: () => (ended() ? `it has ended:\n${text}` : undefined),
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\nIt said:\n${text}`);
    });
  const agent: RunningAgent = {
    child,
    said: () => text,
    says,
    async ask(path) {
      const [, address = ''] = await says(/Metrics and health: (http:\S+)/);
      const sent = request(`${address}${path}`, { agent: false });
      sent.end();
      const [reply] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
      let body = '';
      for await (const chunk of reply.setEncoding('utf8')) body += chunk as string;
      return { status: reply.statusCode ?? 0, text: body };
    },
    async metric(name, labels = '{cluster="prod"}') {
      const { text: metrics } = await agent.ask('/metrics');
      return parseMetrics(metrics).samples.get(`cluster_backup_${name}${labels}`);
    },
    async end(signal = 'SIGTERM') {
      if (!ended()) child.kill(signal);
      return (await result).code;
    },
  };
  return agent;
}
