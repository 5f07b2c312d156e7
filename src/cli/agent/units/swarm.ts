import {
  ARGUMENTS,
  environmentOf,
  filesOf,
  fingerprint,
  INSIDE,
  keptFolders,
  lookedAfter,
  oneLine,
  quoted,
  STOP_SECONDS,
} from './container';
import type { ContainerOptions } from './container';

export interface SwarmOptions extends ContainerOptions {
  /** The configuration on this machine: `docker stack deploy` reads it from there. */
  configHere: string;
  /** Host name of the node that keeps the vault; left out: the one with a label. */
  node?: string | undefined;
}

const LABEL = 'cluster-backup';

/** A stack file for a Docker Swarm. */
export function swarmStack(options: SwarmOptions): string {
  const { needs, image, config, configHere, node } = options;
  const { secrets } = needs;
  const kept = keptFolders(needs);
  const files = filesOf(options);
  const secretName = (variable: string) =>
    `${LABEL}-${variable.toLowerCase().replace(/[^\w.-]/g, '_')}`;
  const lines = [
    '# The agent of Cluster Backup as a service of a Docker Swarm.',
    `#   1. Build the image and push it: cluster-backup agent unit dockerfile --image ${image}`,
    ...(secrets.length === 0
      ? ['#   2. The configuration names no secret: nothing to give.']
      : [
          '#   2. Give it its secrets, e.g. from a file without a newline at its end, or typed:',
          ...secrets.flatMap(({ variable, title }) => [
            `#        ${oneLine(title)}:`,
            `#        docker secret create ${secretName(variable)} FILE`,
          ]),
        ]),
    ...(node === undefined
      ? [
          '#   3. Choose the node that keeps the vault:',
          `#        docker node update --label-add ${LABEL}=true NODE`,
        ]
      : ['#   3. The vault lies on the node named below.']),
    '#   4. docker stack deploy -c THIS-FILE cluster-backup; again when the configuration has changed.',
    lookedAfter(needs),
    'version: "3.8"',
    'services:',
    '  agent:',
    `    image: ${quoted(image)}`,
    `    command: [${ARGUMENTS.map(quoted).join(', ')}]`,
    '    environment:',
    ...Object.entries(environmentOf(needs)).map(
      ([name, value]) => `      ${literal(name)}: ${literal(value)}`,
    ),
    '    configs:',
    '      - source: configuration',
    `        target: ${INSIDE.config}`,
    '        mode: 0444',
    ...(secrets.length + files.length === 0 ? [] : ['    secrets:']),
    ...secrets.flatMap(({ variable }) => secretMount(secretName(variable), variable)),
    ...files.flatMap(({ name, path }) => secretMount(`file-${name}`, path)),
    '    # Folders of one node. Put a shared folder in their place, and take the constraint away, where you have one.',
    '    volumes:',
    ...kept.map(
      ({ name, path }) => `      - { type: volume, source: ${name}, target: ${literal(path)} }`,
    ),
    '    tmpfs: [/tmp]',
    '    read_only: true',
    '    cap_drop: [ALL]',
    '    # Read and answered inside of the container; publish the port for Prometheus where it is not on the same network.',
    '    healthcheck:',
    `      test: ["CMD", "node", "-e", ${literal(HEALTH)}]`,
    '      interval: 30s',
    '      timeout: 10s',
    '      start_period: 60s',
    '      retries: 3',
    '    # A running backup is cancelled and cleared up after, which takes a moment.',
    `    stop_grace_period: ${STOP_SECONDS}s`,
    '    deploy:',
    '      # Two would do no harm, for locks keep them apart, and no good.',
    '      replicas: 1',
    '      update_config: { order: stop-first }',
    '      restart_policy: { condition: any, delay: 30s }',
    '      placement:',
    '        constraints:',
    `          - ${literal(node === undefined ? `node.labels.${LABEL} == true` : `node.hostname == ${node}`)}`,
    'configs:',
    '  configuration:',
    '    # A config of a swarm can not be changed: a changed one gets another name.',
    `    name: ${LABEL}-${fingerprint(config)}`,
    `    file: ${literal(configHere)}`,
    ...(secrets.length + files.length === 0 ? [] : ['secrets:']),
    ...secrets.flatMap(({ variable }) => [
      `  ${quoted(secretName(variable))}:`,
      '    external: true',
    ]),
    ...files.flatMap(({ name, here }) => [
      `  ${quoted(`file-${name}`)}:`,
      `    file: ${literal(here)}`,
    ]),
    'volumes:',
    ...kept.map(({ name }) => `  ${name}: {}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Without another program in the image than Node. */
const HEALTH = `fetch('http://127.0.0.1:${INSIDE.port}/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

function secretMount(source: string, target: string): string[] {
  return [
    `      - source: ${quoted(source)}`,
    `        target: ${literal(target)}`,
    `        uid: "${INSIDE.uid}"`,
    `        gid: "${INSIDE.uid}"`,
    '        mode: 0400',
  ];
}

/** `$` begins a variable in a stack file. */
function literal(text: string): string {
  return quoted(text.replaceAll('$', '$$$$'));
}
