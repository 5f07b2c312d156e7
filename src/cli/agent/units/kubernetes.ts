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

export interface KubernetesOptions extends ContainerOptions {
  /** Size of the volume, e.g. `20Gi`. */
  storage: string;
}

const NAME = 'cluster-backup-agent';
const FILES = 'cluster-backup-files';

/** Manifests for Kubernetes, for whatever namespace they are applied in. */
export function kubernetesManifests(options: KubernetesOptions): string {
  const documents = [configMap(options), claim(options), deployment(options), service()];
  return [heading(options), ...documents].join('---\n');
}

function heading(options: KubernetesOptions): string {
  const { needs, image } = options;
  const { secrets } = needs;
  const files = filesOf(options);
  return `${[
    '# The agent of Cluster Backup in Kubernetes.',
    `#   1. Build the image and push it: cluster-backup agent unit dockerfile --image ${image}`,
    ...(secrets.length === 0
      ? ['#   2. The configuration names no secret: nothing to give.']
      : [
          '#   2. Give it its secrets, each from a file:',
          ...secrets.map(({ variable, title }) => `#        ${variable}: ${oneLine(title)}`),
          `#        kubectl create secret generic ${NAME} \\`,
          `#          ${secrets.map(({ variable }) => `--from-file=${variable}=FILE`).join(' ')}`,
          '#      They stand in no manifest, so that none is ever kept with one.',
        ]),
    ...(files.length === 0
      ? []
      : [
          '#      Certificates and keys:',
          `#        kubectl create secret generic ${FILES} \\`,
          `#          ${files.map(({ name, here }) => `--from-file=${oneLine(`${name}=${here}`)}`).join(' ')}`,
        ]),
    '#   3. kubectl apply -f THIS-FILE; print and apply it again when the configuration has changed.',
    lookedAfter(needs),
  ].join('\n')}\n`;
}

function configMap({ config }: KubernetesOptions): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${NAME}
  labels: { app.kubernetes.io/name: ${NAME} }
data:
  cluster-backup.jsonc: |2
${indented(config, 4)}
`;
}

function claim({ storage }: KubernetesOptions): string {
  return `# Journal, state and vaults. Its class has to keep them safely: the backups lie here.
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${NAME}
  labels: { app.kubernetes.io/name: ${NAME} }
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: ${quoted(storage)}
`;
}

function deployment(options: KubernetesOptions): string {
  const { needs, image, config } = options;
  const files = filesOf(options);
  const environment = Object.entries(environmentOf(needs));
  const hasSecrets = needs.secrets.length > 0;
  const probe = (seconds: number) => [
    '            httpGet: { path: /healthz, port: metrics }',
    `            periodSeconds: ${seconds}`,
    '            timeoutSeconds: 10',
    '            failureThreshold: 3',
  ];
  return `${[
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${NAME}`,
    `  labels: { app.kubernetes.io/name: ${NAME} }`,
    'spec:',
    '  replicas: 1',
    '  # The volume is for one pod at a time.',
    '  strategy: { type: Recreate }',
    '  selector:',
    `    matchLabels: { app.kubernetes.io/name: ${NAME} }`,
    '  template:',
    '    metadata:',
    `      labels: { app.kubernetes.io/name: ${NAME} }`,
    '      annotations:',
    '        # Changes with the configuration, so that a changed one is read.',
    `        cluster-backup/configuration: ${quoted(fingerprint(config))}`,
    '    spec:',
    '      # It talks to the clusters it backs up, never to the one it runs in.',
    '      automountServiceAccountToken: false',
    '      # A running backup is cancelled and cleared up after, which takes a moment.',
    `      terminationGracePeriodSeconds: ${STOP_SECONDS}`,
    '      securityContext:',
    '        runAsNonRoot: true',
    `        runAsUser: ${INSIDE.uid}`,
    `        runAsGroup: ${INSIDE.uid}`,
    `        fsGroup: ${INSIDE.uid}`,
    '        # A vault holds many files: they are not all gone through at each start.',
    '        fsGroupChangePolicy: OnRootMismatch',
    '        seccompProfile: { type: RuntimeDefault }',
    '      containers:',
    '        - name: agent',
    `          image: ${quoted(image)}`,
    `          args: [${ARGUMENTS.map((text) => expansionFree(text)).join(', ')}]`,
    '          # 0.0.0.0 above is the address of the pod: probes and Prometheus come from outside of it.',
    '          ports:',
    `            - { name: metrics, containerPort: ${INSIDE.port}, protocol: TCP }`,
    '          env:',
    ...environment.flatMap(([name, value]) => [
      `            - name: ${quoted(name)}`,
      `              value: ${expansionFree(value)}`,
    ]),
    '          securityContext:',
    '            allowPrivilegeEscalation: false',
    '            readOnlyRootFilesystem: true',
    '            capabilities: { drop: [ALL] }',
    '          resources:',
    '            requests: { cpu: 50m, memory: 128Mi }',
    '            limits: { memory: 1Gi }',
    '          startupProbe:',
    '            httpGet: { path: /healthz, port: metrics }',
    '            periodSeconds: 5',
    '            failureThreshold: 60',
    '          livenessProbe:',
    ...probe(30),
    '          readinessProbe:',
    ...probe(10),
    '          volumeMounts:',
    '            - name: configuration',
    `              mountPath: ${INSIDE.config}`,
    '              subPath: cluster-backup.jsonc',
    '              readOnly: true',
    '            - { name: tmp, mountPath: /tmp }',
    ...keptFolders(needs).flatMap(({ name, path }) => [
      '            - name: data',
      `              mountPath: ${quoted(path)}`,
      `              subPath: ${name}`,
    ]),
    ...(hasSecrets
      ? [
          '            - name: secrets',
          `              mountPath: ${INSIDE.secrets}`,
          '              readOnly: true',
        ]
      : []),
    ...files.flatMap(({ name, path }) => [
      '            - name: files',
      `              mountPath: ${quoted(path)}`,
      `              subPath: ${quoted(name)}`,
      '              readOnly: true',
    ]),
    '      volumes:',
    '        - name: configuration',
    `          configMap: { name: ${NAME} }`,
    '        - name: data',
    `          persistentVolumeClaim: { claimName: ${NAME} }`,
    '        - name: tmp',
    '          emptyDir: {}',
    ...(hasSecrets ? secretVolume('secrets', NAME) : []),
    ...(files.length > 0 ? secretVolume('files', FILES) : []),
  ].join('\n')}\n`;
}

function secretVolume(name: string, secret: string): string[] {
  return [
    `        - name: ${name}`,
    '          # 0440: for the group of the pod only.',
    `          secret: { secretName: ${secret}, defaultMode: 288 }`,
  ];
}

function service(): string {
  return `# For Prometheus, which finds it by these annotations where it is told to look at them.
apiVersion: v1
kind: Service
metadata:
  name: ${NAME}
  labels: { app.kubernetes.io/name: ${NAME} }
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/path: /metrics
    prometheus.io/port: "${INSIDE.port}"
spec:
  selector: { app.kubernetes.io/name: ${NAME} }
  ports:
    - { name: metrics, port: ${INSIDE.port}, targetPort: metrics, protocol: TCP }
`;
}

/** `$(NAME)` in arguments and values stands for a variable; `$$` is one dollar sign. */
function expansionFree(text: string): string {
  return quoted(text.replaceAll('$(', '$$$$('));
}

function indented(text: string, spaces: number): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(spaces) + line))
    .join('\n');
}
