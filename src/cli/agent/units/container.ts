import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { AgentNeeds } from './needs';

/** How things lie in the agent's container. */
export const INSIDE = {
  config: '/etc/cluster-backup/cluster-backup.jsonc',
  /** Journal, state and the default vault; also what `~` means. */
  home: '/var/lib/cluster-backup',
  secrets: '/run/secrets',
  program: '/opt/cluster-backup',
  port: 9745,
  /** The user `node` of Node's own images. */
  uid: 1000,
} as const;

/** Seconds that a running backup has to clear up after itself. */
export const STOP_SECONDS = 90;

export interface ContainerOptions {
  image: string;
  /** The configuration's text. */
  config: string;
  /** By the paths inside. */
  needs: AgentNeeds;
  /** Where the files of the needs are on this machine, in the same order. */
  filesHere: readonly string[];
}

/** A folder that outlives the container. */
export interface Kept {
  name: string;
  path: string;
}

/** What the image is started with. */
export const ARGUMENTS = [
  'agent',
  '--config',
  INSIDE.config,
  '--listen',
  `0.0.0.0:${INSIDE.port}`,
] as const;

/** Environment of the agent: where its things lie. The secrets' variables name files. */
export function environmentOf({ secrets }: AgentNeeds): Record<string, string> {
  return {
    CLUSTER_BACKUP_HOME: INSIDE.home,
    HOME: INSIDE.home,
    ...Object.fromEntries(
      secrets.map(({ variable }) => [`${variable}_FILE`, `${INSIDE.secrets}/${variable}`]),
    ),
  };
}

/** The agent's own folder, and the vaults that do not lie in it. */
export function keptFolders({ vaults }: AgentNeeds): Kept[] {
  const others = vaults.filter(
    (path) => path !== INSIDE.home && !path.startsWith(`${INSIDE.home}/`),
  );
  return [
    { name: 'home', path: INSIDE.home },
    ...others.map((path, index) => ({ name: `vault-${index + 1}`, path })),
  ];
}

/** Certificates and keys, each once and with a name of its own. */
export function filesOf({ needs, filesHere }: ContainerOptions) {
  const here = new Map(needs.files.map((path, index) => [path, filesHere[index] ?? path]));
  return [...here].map(([path, from], index) => ({
    name: `${index + 1}-${basename(path).replace(/[^\w.-]/g, '_')}`,
    path,
    here: from,
  }));
}

/** Changes with the text, so that a changed configuration reaches a running service. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** A string of YAML in any place: JSON's strings are YAML's, too. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A person's text in a comment. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Lines that say what there is to look after. */
export function lookedAfter({ clusters }: AgentNeeds): string {
  return clusters.length === 0
    ? '# No cluster of the configuration has a policy yet: until one has, it does nothing.'
    : `# It looks after: ${clusters.join(', ')}`;
}
