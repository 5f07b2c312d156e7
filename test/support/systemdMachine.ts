import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ensureDebianPackage } from '../../src/sandbox/parts/debian';
import { childOf, readiness } from '../../src/sandbox/parts/dockerLab';
import { exists } from '../../src/sandbox/parts/folders';
import { silent } from '../../src/sandbox/parts/log';
import { run, startProcess } from '../../src/sandbox/parts/processes';
import { waitFor } from '../../src/sandbox/parts/wait';

/** Generous: other tests run beside these (ms). */
const PATIENCE = 120_000;
const NAMESPACES = ['--mount', '--pid', '--cgroup', '--uts', '--ipc'];

/** A machine whose first process is systemd: namespaces of its own, with this machine's programs and network. */
export interface SystemdMachine {
  /** Runs a program in it, as root, to its end and gives what it printed; a failure throws with all it said. */
  run(program: string, ...args: string[]): Promise<string>;
  /** What stands in its journal. */
  journal(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A group of processes of its own, so that systemd finds none but its own there. Whatever way control
 * groups are mounted on this machine, the newer kind is one tree that may be mounted once more.
 */
const enterGroup = `
mount --make-rprivate /
mount -t cgroup2 none /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$1"
echo $$ > "/sys/fs/cgroup/$1/cgroup.procs"
name="$1"; boot="$2"; shift 2
exec unshare --cgroup --pid --fork --kill-child --mount --uts --ipc --mount-proc sh -ec "$boot" boot "$name" "$@"
`;

/**
 * Of this machine it sees the programs, and may write to none of it: `/`, `/sys` and `/proc/sys` are for
 * reading, `/etc` is a copy, `/dev`, `/run` and `/tmp` are its own. Nothing of what this machine starts at boot
 * is started there. Arguments: a name, then pairs of a folder or file here and its path there.
 */
const boot = `
umount /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -o remount,bind,ro /sys
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
hostname "$1"; shift

mount -t tmpfs -o mode=755 none /run
mkdir /run/srv /run/dev /run/dev/shm /run/dev/pts
while [ $# -gt 0 ]; do
  if [ -d "$1" ]; then mkdir "/run$2"; else : > "/run$2"; fi
  mount --bind "$1" "/run$2"
  shift 2
done
mount --rbind /run/srv /srv
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /run/dev/
ln -s /proc/self/fd /run/dev/fd
mount -t devpts -o newinstance,mode=620,ptmxmode=666 none /run/dev/pts
ln -s pts/ptmx /run/dev/ptmx
mount --rbind /run/dev /dev
for folder in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 none "$folder"; done

cp -a /etc /run/etc
mount --bind /run/etc /etc
rm -rf /etc/systemd /etc/fstab /etc/machine-id
mkdir -p /etc/systemd/system
od -An -tx1 -N16 /dev/urandom | tr -d ' ' > /etc/machine-id
printf '[Journal]\\nStorage=volatile\\nReadKMsg=no\\n' > /etc/systemd/journald.conf
printf '[Unit]\\nDescription=Booted\\nRequires=sysinit.target systemd-journald.service\\n' > /etc/systemd/system/booted.target
units=/usr/lib/systemd/system
for folder in "$units-generators" "$units/sysinit.target.wants" "$units/sockets.target.wants"; do
  mount -t tmpfs -o mode=755 none "$folder"
done
mount -o remount,bind,ro /
mount --make-rshared /

echo ready
exec env -i container=lab PATH="$PATH" /usr/lib/systemd/systemd --system --unit=booted.target --log-target=journal --show-status=no
`;

/**
 * Starts one. The kernel ends everything in it when this process ends, however it does. Needs root.
 *
 * @param mounts what of this machine it may write to: paths there, each below /srv, by paths here
 */
export async function startSystemdMachine(
  mounts: Readonly<Record<string, string>>,
): Promise<SystemdMachine> {
  await ensureDebianPackage('systemd', 'systemctl', silent);
  const name = `cluster-backup-${randomBytes(4).toString('hex')}`;
  const holder = startProcess('unshare', [
    ...['--mount', 'sh', '-ec', enterGroup, 'enter', name, boot],
    ...Object.entries(mounts).flat(),
  ]);
  await readiness(holder, 'the namespaces of systemd');
  const pid = await childOf(holder.pid);
  if (pid === undefined) throw new Error(`The namespaces ended: ${holder.output()}`);
  const inside = (program: string, ...args: string[]): Promise<string> =>
    run('nsenter', ['-t', String(pid), ...NAMESPACES, '--wd=/', '--', program, ...args]);
  const machine: SystemdMachine = {
    run: inside,
    journal: () => inside('journalctl', '--no-pager', '--output=cat'),
    async stop() {
      await holder.stop('SIGKILL');
      // It is gone only when all that ran in it is.
      await waitFor('systemd to end', async () => !(await exists(`/proc/${pid}`)) || undefined, {
        timeoutMs: PATIENCE,
      });
      await removeGroup(name);
    },
  };
  try {
    await waitFor('systemd to be up', () => isUp(inside), {
      timeoutMs: PATIENCE,
      giveUp: () => (holder.ended() ? `it ended:\n${holder.output()}` : undefined),
    });
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

async function isUp(inside: SystemdMachine['run']): Promise<true | undefined> {
  const state = await inside('systemctl', 'show', '--property=ActiveState', 'booted.target');
  return state.trim() === 'ActiveState=active' ? true : undefined;
}

async function removeGroup(name: string): Promise<void> {
  const script = `mount -t cgroup2 none /sys/fs/cgroup; find "$1" -depth -type d -exec rmdir {} +`;
  const folder = join('/sys/fs/cgroup', name);
  await run('unshare', ['--mount', 'sh', '-ec', script, 'remove', folder]);
}
