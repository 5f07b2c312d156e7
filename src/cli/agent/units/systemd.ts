import type { AgentNeeds } from './needs';

export interface SystemdOptions {
  needs: AgentNeeds;
  /** Program and arguments up to `agent`, absolute. */
  program: readonly string[];
  /** Absolute path of the configuration. */
  config: string;
  /** Where metrics and health are told, `host:port`; undefined: nowhere. */
  listen: string | undefined;
  /** Folders besides the vaults that it writes to: journal and state. */
  folders: readonly string[];
  /** Kept in the environment of the service, such as `CLUSTER_BACKUP_HOME`; no secrets. */
  environment: Readonly<Record<string, string>>;
  /** For the user's own service manager, without root. */
  user: boolean;
  /** Who it runs as, for a unit of the system. */
  runAs: string;
  /** Secrets as credentials of systemd instead of a file of variables. */
  credentials: boolean;
}

const NAME = 'cluster-backup-agent';

/** A unit file for systemd, with comments that say what to do with it. */
export function systemdUnit(options: SystemdOptions): string {
  const { needs, program, config, listen, user, runAs, environment } = options;
  const written = [...new Set([...needs.vaults, ...options.folders])];
  const address = listen === undefined ? ['--no-listen'] : ['--listen', listen];
  const command = [...program, 'agent', '--config', config, ...address];
  const lines = [
    ...heading(options, written),
    '[Unit]',
    'Description=Cluster Backup agent',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${command.map(argument).join(' ')}`,
    ...(user ? [] : [`User=${runAs}`]),
    ...Object.entries(environment).map(
      ([name, value]) => `Environment=${word(`${name}=${value}`)}`,
    ),
    ...secretLines(options),
    'Restart=on-failure',
    'RestartSec=30s',
    "# Wrong usage or a configuration that can't be read: starting it again would not help.",
    'RestartPreventExitStatus=2',
    '',
    '# A running backup is cancelled and cleared up after, which takes a moment.',
    'KillMode=mixed',
    'TimeoutStopSec=90s',
    '',
    'UMask=0077',
    ...hardening(options, written),
    '',
    '[Install]',
    `WantedBy=${user ? 'default.target' : 'multi-user.target'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function heading({ needs, user, runAs }: SystemdOptions, written: readonly string[]): string[] {
  const systemctl = user ? 'systemctl --user' : 'systemctl';
  const folder = user ? '~/.config/systemd/user' : '/etc/systemd/system';
  return [
    '# The agent of Cluster Backup as a service of systemd.',
    `#   1. Save this as ${folder}/${NAME}.service`,
    `#   2. Make the folders that are not there yet${user ? '' : `, for ${runAs}`}: each has to be there when it starts.`,
    ...written.map((path) => `#        ${path}`),
    needs.secrets.length === 0
      ? '#   3. The configuration names no secret: nothing to give.'
      : '#   3. Give it the secrets named below.',
    `#   4. ${systemctl} daemon-reload && ${systemctl} enable --now ${NAME}`,
    ...(user ? ['#   5. loginctl enable-linger: it runs on when you are logged out.'] : []),
    ...(needs.clusters.length === 0
      ? ['# No cluster of the configuration has a policy yet: until one has, it does nothing.']
      : [`# It looks after: ${needs.clusters.join(', ')}`]),
    '# An update may move the program that ExecStart names; print this file again then.',
    '',
  ];
}

function secretLines({ needs, user, credentials }: SystemdOptions): string[] {
  const { secrets } = needs;
  if (secrets.length === 0) return [];
  const folder = user ? '%h/.config/cluster-backup' : '/etc/cluster-backup';
  const named = secrets.map(({ variable, title }) => `#   ${variable}: ${oneLine(title)}`);
  if (credentials) {
    return [
      '# Secrets, one file each, readable by root only (systemd 250 or later). LoadCredentialEncrypted= takes',
      '# what systemd-creds has encrypted.',
      ...named,
      ...secrets.flatMap(({ variable }) => [
        `LoadCredential=${variable}:${folder}/secrets/${variable}`,
        `Environment=${word(`${variable}_FILE=`)}%d/${variable}`,
      ]),
    ];
  }
  return [
    '# Secrets: NAME=value lines in this file, mode 600. NAME_FILE=path names a file with the secret instead.',
    ...named,
    `EnvironmentFile=${folder}/agent.env`,
  ];
}

/** What can be forbidden to a program that talks to clusters and runs a person's hooks. */
function hardening({ user, runAs }: SystemdOptions, written: readonly string[]): string[] {
  const anywhere = [
    'NoNewPrivileges=yes',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
  ];
  if (user)
    return ['# A manager without root can forbid no more than this on every system.', ...anywhere];
  return [
    '# It holds for hooks as well: they write to these folders only.',
    'ProtectSystem=strict',
    ...written.map((path) => `ReadWritePaths=${word(path)}`),
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'RestrictNamespaces=yes',
    // Root without any could not read what belongs to others, such as the vault of another user.
    `CapabilityBoundingSet=${runAs === 'root' ? 'CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN' : ''}`,
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
    ...anywhere,
  ];
}

/** A word of a unit file: quoted where it has to be, specifiers as they are written. */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%');
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** A word of a command line, where `$` begins a variable. */
function argument(text: string): string {
  return word(text.replaceAll('$', '$$$$'));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
