import { listAt, objectAt, textAt } from './jsonValues';
import type { Json } from './jsonValues';
import type { Definition, DefinitionKind } from './layout';

/** What a service is, in a few words. */
export interface ServiceFacts {
  image: string;
  mode: 'replicated' | 'global' | 'replicatedJob' | 'globalJob';
  /** Wanted tasks, where the mode has a number. */
  replicas?: number;
  /** `volume data → /data (read-only)` */
  mounts: string[];
  /** `8080 → 80/tcp` */
  ports: string[];
  networks: string[];
  secrets: string[];
  configs: string[];
}

/** A definition as it is listed. No config data. */
export interface ListedDefinition {
  id: string;
  kind: DefinitionKind;
  name: string;
  node?: string;
  stack?: string;
  service?: ServiceFacts;
  /** One line on what it is, for others than services: `overlay, attachable`. */
  detail?: string;
}

/** Lists definitions with what is worth a column. */
export function listDefinitions(definitions: readonly Definition[]): ListedDefinition[] {
  const networks = new Map<unknown, string>();
  for (const { kind, name, value } of definitions) {
    if (kind === 'network') networks.set(value['Id'] ?? value['ID'], name);
  }
  return definitions.map(({ value, ...own }) => {
    if (own.kind === 'service') return { ...own, service: serviceFacts(value, networks) };
    const detail = detailOf(own.kind, value);
    return { ...own, ...(detail === '' ? {} : { detail }) };
  });
}

function serviceFacts(value: unknown, networkNames: Map<unknown, string>): ServiceFacts {
  const spec = objectAt(value, 'Spec');
  const task = objectAt(spec, 'TaskTemplate');
  const container = objectAt(task, 'ContainerSpec');
  const mode = objectAt(spec, 'Mode');
  const replicas = numberAt(objectAt(mode, 'Replicated'), 'Replicas');
  const completions = numberAt(objectAt(mode, 'ReplicatedJob'), 'TotalCompletions');
  const wanted = replicas ?? completions;
  const networks = [...listAt(task, 'Networks'), ...listAt(spec, 'Networks')];
  return {
    image: (textAt(container, 'Image') ?? '').replace(/@sha256:[0-9a-f]+$/, ''),
    mode:
      'ReplicatedJob' in mode
        ? 'replicatedJob'
        : 'GlobalJob' in mode
          ? 'globalJob'
          : 'Global' in mode
            ? 'global'
            : 'replicated',
    ...(wanted === undefined ? {} : { replicas: wanted }),
    mounts: listAt(container, 'Mounts').map(mountText),
    ports: listAt(objectAt(spec, 'EndpointSpec'), 'Ports').map(portText),
    networks: networks.map((network) => {
      const target = textAt(network, 'Target') ?? '';
      return networkNames.get(target) ?? target;
    }),
    secrets: listAt(container, 'Secrets').map((secret) => textAt(secret, 'SecretName') ?? ''),
    configs: listAt(container, 'Configs').map((config) => textAt(config, 'ConfigName') ?? ''),
  };
}

function mountText(mount: Json): string {
  const source = textAt(mount, 'Source') ?? '';
  const isReadOnly = objectAt({ mount }, 'mount')['ReadOnly'] === true;
  return `${textAt(mount, 'Type') ?? 'bind'} ${source} → ${textAt(mount, 'Target') ?? ''}${
    isReadOnly ? ' (read-only)' : ''
  }`;
}

function portText(port: Json): string {
  const published = numberAt(port, 'PublishedPort');
  const target = `${numberAt(port, 'TargetPort') ?? '?'}/${textAt(port, 'Protocol') ?? 'tcp'}`;
  return `${published === undefined ? 'chosen by the engine' : published} → ${target}`;
}

function detailOf(kind: DefinitionKind, value: unknown): string {
  const spec = objectAt(value, 'Spec');
  const words: (string | undefined)[] = [];
  if (kind === 'network') {
    words.push(textAt(value, 'Driver'));
    for (const flag of ['Ingress', 'Attachable', 'Internal']) {
      if (objectAt({ value: value as Json }, 'value')[flag] === true)
        words.push(flag.toLowerCase());
    }
    if ('encrypted' in objectAt(value, 'Options')) words.push('encrypted');
    for (const range of listAt(objectAt(value, 'IPAM'), 'Config'))
      words.push(textAt(range, 'Subnet'));
  } else if (kind === 'node') {
    words.push(
      textAt(spec, 'Role'),
      textAt(spec, 'Availability'),
      textAt(objectAt(value, 'Status'), 'Addr'),
    );
  } else if (kind === 'volume') words.push(textAt(value, 'Driver'));
  else if (kind === 'secret') words.push('its value is not in a backup');
  else if (kind === 'config') {
    words.push(`${Buffer.byteLength(textAt(spec, 'Data') ?? '', 'base64')} bytes`);
  }
  return words.filter((word) => word !== undefined && word !== '').join(', ');
}

function numberAt(parent: unknown, key: string): number | undefined {
  const value =
    typeof parent === 'object' && parent !== null
      ? (parent as { [key: string]: unknown })[key]
      : undefined;
  return typeof value === 'number' ? value : undefined;
}
