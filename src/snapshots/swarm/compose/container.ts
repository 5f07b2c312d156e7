import type { Remainder } from './remainder';
import { any, some } from './section';
import type { Section, WrittenMap } from './section';
import { writeMount } from './mounts';
import { duration } from './units';
import { MERGE } from './yamlText';

/** Where a service's references lead. */
export interface Sections {
  networks: Section;
  volumes: Section;
  secrets: Section;
  configs: Section;
}

/** Secrets and configs are made outside: a Compose file must not hold a payload, nor can it hold a config's data. */
const OUTSIDE: WrittenMap = { external: true };

function environment(container: Remainder): Record<string, string> | undefined {
  const lines = container.texts('Env');
  if (lines === undefined) return undefined;
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, key = '', value] = /^([^=]*)=(.*)$/s.exec(line) ?? [];
    if (value === undefined || key === '') {
      container.lose('Env', 'a name without a value is filled from where it is deployed');
    } else if (key === MERGE) container.lose('Env', 'a name that YAML keeps for itself');
    else if (found.has(key)) container.lose('Env', `${key} twice`);
    else found.set(key, value);
  }
  return Object.fromEntries(found);
}

/** `IP name` in the engine, `name:IP` in Compose. */
function extraHosts(container: Remainder): string[] | undefined {
  return container.texts('Hosts')?.map((line) => {
    const [ip = '', name = '', ...more] = line.split(' ');
    if (name === '' || name.includes(':') || more.length > 0) {
      container.lose('Hosts', 'more than one name for an address');
    }
    return `${name}:${ip}`;
  });
}

function capabilities(container: Remainder): WrittenMap {
  const add = container.texts('CapabilityAdd');
  const drop = container.texts('CapabilityDrop');
  for (const [field, list] of [
    ['CapabilityAdd', add ?? []],
    ['CapabilityDrop', drop ?? []],
  ] as const) {
    const plain = list.every((name) => /^(?:CAP_[A-Z0-9_]+|ALL)$/.test(name));
    const mixed = list.includes('ALL') && list.length > 1;
    if (!plain || mixed || new Set(list).size < list.length) {
      container.lose(field, 'deploying writes it in another way');
    }
  }
  if (add?.some((name) => drop?.includes(name))) {
    container.lose('CapabilityDrop', 'what is added too is left out when deploying');
  }
  return { cap_add: add, cap_drop: drop };
}

function healthcheck(check: Remainder): WrittenMap {
  const test = check.texts('Test');
  const rest = some({
    interval: duration(check.count('Interval')),
    timeout: duration(check.count('Timeout')),
    start_period: duration(check.count('StartPeriod')),
    retries: check.count('Retries'),
  });
  if (test?.length === 1 && test[0] === 'NONE' && rest === undefined) return { disable: true };
  return { test, ...rest };
}

function ulimits(container: Remainder): WrittenMap | undefined {
  const limits = container.each('Ulimits', (limit) => [
    limit.text('Name') ?? '',
    { soft: limit.number('Soft'), hard: limit.number('Hard') },
  ]);
  return limits.length === 0 ? undefined : (Object.fromEntries(limits) as WrittenMap);
}

function file(reference: Remainder, source: string): WrittenMap {
  const found = reference.within('File', (of) => ({
    target: of.text('Name'),
    uid: of.text('UID'),
    gid: of.text('GID'),
    mode: of.count('Mode'),
  }));
  const { target, uid, gid, mode } = found ?? {};
  if ([target, uid, gid, mode].includes(undefined)) {
    reference.lose('File', 'deploying fills what is not said');
  }
  return { source, ...found };
}

/** Secrets, configs, and the credential spec that may be one. */
function references(container: Remainder, { secrets, configs }: Sections): WrittenMap {
  const credentials = container.within('Privileges', (privileges) =>
    privileges.within('CredentialSpec', (spec) => {
      const name = spec.text('Config');
      const config = name === undefined ? undefined : configs.key(name, OUTSIDE);
      return {
        name,
        written: some({ config, file: spec.text('File'), registry: spec.text('Registry') }),
      };
    }),
  );
  const referred = new Set<string>();
  const mounted = container.each('Configs', (reference) => {
    const name = reference.text('ConfigName') ?? '';
    if (!reference.has('Runtime')) return file(reference, configs.key(name, OUTSIDE));
    reference.within('Runtime', () => undefined);
    if (name !== credentials?.name) reference.lose('Runtime', 'no credential spec uses it');
    referred.add(name);
    return undefined;
  });
  if (credentials?.name !== undefined && !referred.has(credentials.name)) {
    container.lose('Privileges', 'deploying adds the config of the credential spec');
  }
  return {
    secrets: any(
      container.each('Secrets', (reference) =>
        file(reference, secrets.key(reference.text('SecretName') ?? '', OUTSIDE)),
      ),
    ),
    configs: any(mounted.filter((one) => one !== undefined)),
    credential_spec: credentials?.written,
  };
}

/** What runs in a service's containers. */
export function writeContainer(
  container: Remainder,
  stack: string,
  labels: Record<string, string> | undefined,
  sections: Sections,
): WrittenMap {
  return {
    image: container.text('Image'),
    entrypoint: container.texts('Command'),
    command: container.texts('Args'),
    environment: environment(container),
    labels,
    hostname: container.text('Hostname'),
    user: container.text('User'),
    working_dir: container.text('Dir'),
    stdin_open: container.flag('OpenStdin'),
    tty: container.flag('TTY'),
    read_only: container.flag('ReadOnly'),
    init: container.flag('Init'),
    stop_signal: container.text('StopSignal'),
    stop_grace_period: duration(container.count('StopGracePeriod')),
    healthcheck: container.within('Healthcheck', healthcheck),
    ...capabilities(container),
    sysctls: container.map('Sysctls'),
    ulimits: ulimits(container),
    extra_hosts: extraHosts(container),
    ...container.within('DNSConfig', (dns) => ({
      dns: dns.texts('Nameservers'),
      dns_search: dns.texts('Search'),
    })),
    isolation: container.text('Isolation'),
    volumes: any(container.each('Mounts', (mount) => writeMount(mount, stack, sections.volumes))),
    ...references(container, sections),
  };
}
