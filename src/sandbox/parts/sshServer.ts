import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { ensureDebianPackage } from './debian';
import { temporaryFolder } from './folders';
import { type Log, silent } from './log';
import { freePort } from './ports';
import { plainEnvironment, run, startProcess } from './processes';
import { waitFor } from './wait';
import { connect } from 'node:net';

/** An OpenSSH server of our own, and a client's environment in which `ssh` knows its key and none of this user's. */
export interface RunningSshServer {
  readonly port: number;
  readonly user: string;
  /** An environment whose `ssh` takes its configuration, keys and known hosts from here. */
  readonly env: NodeJS.ProcessEnv;
  /** What the client trusts; a test may write it. */
  readonly knownHosts: string;
  /** Makes another key for the server, as if somebody else answered. */
  readonly changeHostKey: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface SshServerOptions {
  /** Variables of whoever logs in, e.g. DOCKER_HOST. */
  remoteEnv?: Readonly<Record<string, string>>;
  log?: Log;
}

/** Starts sshd on a free port of 127.0.0.1; only the key that it made lets in, as this process's user. */
export async function startSshServer(options: SshServerOptions = {}): Promise<RunningSshServer> {
  const log = options.log ?? silent;
  const sshd = await ensureDebianPackage('openssh-server', 'sshd', log);
  const ssh = await ensureDebianPackage('openssh-client', 'ssh', log);
  const folder = await temporaryFolder('sshd');
  const at = (name: string): string => join(folder.path, name);
  const user = userInfo().username;
  const port = await freePort();
  const makeKey = (name: string): Promise<string> =>
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', at(name)]);
  await makeKey('user');
  await makeKey('host-0');
  await mkdir('/run/sshd', { recursive: true });
  const variables = Object.entries(options.remoteEnv ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  let keys = 0;
  let server = startProcess('true', []);

  const start = async (): Promise<void> => {
    await server.stop();
    await writeFile(
      at('sshd_config'),
      [
        ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at(`host-${keys}`)}`],
        ...[`AuthorizedKeysFile ${at('user.pub')}`, 'StrictModes no', 'UsePAM no', 'PidFile none'],
        ...['PasswordAuthentication no', 'PermitRootLogin prohibit-password', 'MaxStartups 100'],
        ...(variables.length === 0 ? [] : [`SetEnv ${variables.join(' ')}`]),
        '',
      ].join('\n'),
    );
    server = startProcess(sshd, ['-D', '-e', '-f', at('sshd_config')]);
    await waitFor('sshd to listen', () => listens(port), {
      timeoutMs: 60_000,
      giveUp: () => (server.ended() ? `it ended:\n${server.output()}` : undefined),
    });
  };

  await start();
  const known = at('known_hosts');
  const hostKey = (await readFile(at('host-0.pub'), 'utf8')).trim();
  await writeFile(known, `[127.0.0.1]:${port} ${hostKey}\n`);
  await writeFile(
    at('config'),
    [
      ...['Host *', `IdentityFile ${at('user')}`, 'IdentitiesOnly yes', 'IdentityAgent none'],
      ...[`UserKnownHostsFile ${known}`, 'GlobalKnownHostsFile /dev/null', ''],
    ].join('\n'),
  );
  // ssh looks for its configuration in the home of the user, whatever HOME says.
  await mkdir(at('bin'));
  await writeFile(at('bin/ssh'), `#!/bin/sh\nexec ${ssh} -F ${at('config')} "$@"\n`);
  await chmod(at('bin/ssh'), 0o755);
  const env = plainEnvironment();
  return {
    port,
    user,
    env: { ...env, PATH: `${at('bin')}${delimiter}${env['PATH'] ?? ''}` },
    knownHosts: known,
    changeHostKey: async () => {
      keys += 1;
      await makeKey(`host-${keys}`);
      await start();
    },
    stop: async () => {
      await server.stop('SIGKILL');
      await folder.remove();
    },
  };
}

function listens(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    // Also without an error, where it is let go of before a word was said.
    socket.once('error', () => resolve(undefined)).once('close', () => resolve(undefined));
  });
}
