import { readFile } from 'node:fs/promises';
import { type RunningProcess, run, startProcess } from './processes';
import { waitFor } from './wait';

/** A private network that engines of this process share; nothing of it is seen outside. */
export interface Lab {
  /** Gives the network namespace of `pid` an address in the lab and the name of its cable's end here. */
  readonly plugIn: (pid: number) => Promise<{ address: string; cable: string }>;
  /** Pulls a cable, or puts it back. */
  readonly setCable: (cable: string, up: boolean) => Promise<void>;
  /** To be called by each who asked for the lab; it ends with the last. */
  readonly leave: () => Promise<void>;
}

const network = '10.199.0';
let inThisProcess: Promise<Lab> | undefined;
let users = 0;

/** The lab of this process. It lives in namespaces without names: they end with the process that holds them. */
export function enterLab(): Promise<Lab> {
  users += 1;
  inThisProcess ??= makeLab();
  inThisProcess.catch(() => {
    users = 0;
    inThisProcess = undefined;
  });
  return inThisProcess;
}

async function makeLab(): Promise<Lab> {
  const holder = startProcess('unshare', [
    '--net',
    'sh',
    '-ec',
    'ip link set lo up; ip link add lab type bridge; ip link set lab up; echo ready; exec sleep infinity',
  ]);
  await readiness(holder, 'the private network of the engines');
  const inside = (...args: string[]): Promise<string> => inNetwork(holder.pid, 'ip', ...args);
  let count = 0;
  return {
    plugIn: async (pid) => {
      count += 1;
      const cable = `cable${count}`;
      const address = `${network}.${count}`;
      await inside(
        ...['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)],
      );
      await inside('link', 'set', cable, 'master', 'lab', 'up');
      await inNetwork(pid, 'ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      await inNetwork(pid, 'ip', 'link', 'set', 'eth0', 'up');
      return { address, cable };
    },
    setCable: async (cable, up) => {
      await inside('link', 'set', cable, up ? 'up' : 'down');
    },
    leave: async () => {
      users -= 1;
      if (users > 0) return;
      inThisProcess = undefined;
      await holder.stop('SIGKILL');
    },
  };
}

function inNetwork(pid: number, program: string, ...args: string[]): Promise<string> {
  return run('nsenter', ['-t', String(pid), '--net', program, ...args]);
}

/** Waits until the process printed `ready`. */
export async function readiness(holder: RunningProcess, what: string): Promise<void> {
  await waitFor(what, () => (/^ready$/m.test(holder.output()) ? true : undefined), {
    timeoutMs: 60_000,
    everyMs: 20,
    giveUp: () => (holder.ended() ? `it ended:\n${holder.output()}` : undefined),
  });
}

/** The only child of a process that did nothing but start it; undefined when there is none. */
export async function childOf(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const first = children.trim().split(' ')[0];
  return first ? Number(first) : undefined;
}
