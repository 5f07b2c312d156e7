import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { childOf, readiness } from './dockerLab';
import { exists } from './folders';
import { type RunningProcess, run, startProcess } from './processes';
import { waitFor } from './wait';

/** A machine for one engine: namespaces of processes, network, mounts and host name of its own. */
export interface LabNode {
  readonly hostname: string;
  /** Its first process, as this machine counts. All else in it ends with that one. */
  readonly pid: number;
  /** Starts a program in it. `pid` is the program's own. */
  readonly start: (
    program: string,
    args: readonly string[],
  ) => Promise<{ process: RunningProcess; pid: number }>;
  readonly stop: () => Promise<void>;
}

// The first process takes in orphans, as an init does; a host without control groups gets the newer kind.
const init = `
hostname "$1"
ip link set lo up
grep -q ' /sys/fs/cgroup' /proc/self/mounts || mount -t cgroup2 none /sys/fs/cgroup || true
echo ready
while :; do sleep 3600 & wait; done
`;

/** Makes a node. The kernel ends everything in it when this process ends, however it does. */
export async function makeNode(name: string | undefined): Promise<LabNode> {
  const hostname = name ?? `node-${randomBytes(3).toString('hex')}`;
  const holder = startProcess('unshare', [
    ...['--net', '--uts', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['sh', '-c', init, 'init', hostname],
  ]);
  await readiness(holder, 'the namespaces of an engine');
  const pid = await childOf(holder.pid);
  if (pid === undefined) throw new Error(`The namespaces of an engine ended: ${holder.output()}`);
  return {
    hostname,
    pid,
    start: async (program, args) => {
      const process = startProcess(
        'nsenter',
        ['-t', String(pid), '--net', '--uts', '--mount', '--pid', '--', program, ...args],
        // A stop signal meant for the program must not end the one that only stands before it.
        { patienceMs: 20_000 },
      );
      const own = await waitFor(`${program} to start`, () => childOf(process.pid), {
        timeoutMs: 60_000,
        everyMs: 10,
        giveUp: () => (process.ended() ? `it ended:\n${process.output()}` : undefined),
      });
      return { process, pid: own };
    },
    stop: async () => {
      await holder.stop('SIGKILL');
      // It is gone only when all that ran in it is.
      await waitFor(
        'the namespaces of an engine to end',
        async () => !(await exists(`/proc/${pid}`)) || undefined,
        { timeoutMs: 60_000, everyMs: 20 },
      );
    },
  };
}

/** Runs a program in a node to its end and gives what it printed. */
export function runInNode(node: LabNode, program: string, ...args: string[]): Promise<string> {
  return run('nsenter', [
    ...['-t', String(node.pid), '--net', '--uts', '--mount', '--pid', '--', program, ...args],
  ]);
}

/** Makes folders below `parent`. */
export async function makeFolders(parent: string, ...names: string[]): Promise<string[]> {
  const folders = names.map((name) => join(parent, name));
  for (const folder of folders) await mkdir(folder, { mode: 0o700 });
  return folders;
}
