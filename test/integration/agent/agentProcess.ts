import { readFile } from 'node:fs/promises';
import { httpRequest } from '../../../src/sandbox/parts/http';
import { freePort } from '../../../src/sandbox/parts/ports';
import { startProcess } from '../../../src/sandbox/parts/processes';
import type { RunningProcess } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { CLI } from '../cli/support';
import type { Workplace } from '../cli/support';

const HOOK_MS = 60_000;

/** A real agent in a process of its own, with all it says. */
export class AgentProcess {
  /** Whatever it has printed, in all its lives. */
  static async start(
    at: Workplace,
    env: Record<string, string>,
    lines: string[] = [],
    wrap: readonly string[] = [],
  ): Promise<AgentProcess> {
    const port = await freePort();
    const [program = '', ...args] = [
      ...wrap,
      ...[process.execPath, CLI, 'agent', '--listen', `127.0.0.1:${port}`],
    ];
    const child = startProcess(program, args, {
      cwd: at.folder,
      env: at.environment(env),
      onLine: (line) => lines.push(line),
      patienceMs: HOOK_MS,
    });
    const agent = new AgentProcess(child, port, lines);
    await waitFor('the agent to answer', () => agent.isHealthy(), {
      timeoutMs: HOOK_MS,
      giveUp: () => (child.ended() ? child.output() : undefined),
    });
    return agent;
  }

  private constructor(
    readonly child: RunningProcess,
    readonly port: number,
    readonly lines: readonly string[],
  ) {}

  get pid(): number {
    return this.child.pid;
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await this.child.end;
  }

  /** Asks it to end, and waits until it has. */
  stop(): Promise<void> {
    return this.child.stop('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  async isHealthy(): Promise<true | undefined> {
    const { status } = await httpRequest(`http://127.0.0.1:${this.port}/healthz`);
    return status === 200 ? true : undefined;
  }

  /** What Prometheus would read: values by name and labels, e.g. `cluster_backup_backups{cluster="prod"}`. */
  async metrics(): Promise<Map<string, number>> {
    const { status, body } = await httpRequest(`http://127.0.0.1:${this.port}/metrics`);
    if (status !== 200) throw new Error(`/metrics answered ${status}`);
    const values = new Map<string, number>();
    for (const line of body.toString().split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`This is no metric: ${line}`);
      values.set(name, Number(value));
    }
    return values;
  }

  /** Resident memory in bytes, where the system tells it. */
  async memory(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  }
}
