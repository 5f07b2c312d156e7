import { STACK_LABEL } from '../layout';
import type { Definition } from '../layout';
import { differences, nameMapOf, portable } from '../portable';
import type { Portable } from '../portable';
import { objectAt } from '../jsonValues';
import { writeNetwork } from './network';
import { Remainder } from './remainder';
import { any, Section, some } from './section';
import type { WrittenMap } from './section';
import type { Sections } from './container';
import { writeService } from './service';
import { yamlText } from './yamlText';

/** The file, or what of the stack it could not say: `service web_api: TaskTemplate.ContainerSpec.DNSConfig.Options`. */
export type Compose = { yaml: string } | { loss: string[] };

const PREDEFINED = new Set(['bridge', 'host', 'none']);

const stackOf = ({ body }: Portable): unknown => objectAt(body, 'Labels')[STACK_LABEL];

/** Networks that the stack has and no service uses: deploying would not make them. */
function unusedNetworks(networks: readonly Portable[], used: ReadonlySet<string>): string[] {
  return networks
    .filter(({ name }) => !used.has(name))
    .map(({ name }) => `network ${name}: (no service uses it, so deploying would not make it)`);
}

/** The same volume as its mounts would make it? What differs is a loss: it was made in another way. */
function volumeLosses(volume: Portable, written: readonly WrittenMap[], stack: string): string[] {
  return written.flatMap((words) => {
    const labels = { ...(words.labels as Record<string, string> | undefined) };
    const made: Portable = {
      ...volume,
      body: {
        Name: volume.name,
        Driver: (words.driver as string | undefined) ?? 'local',
        Labels: { ...labels, [STACK_LABEL]: stack },
        ...(words.driver_opts === undefined
          ? {}
          : { Options: words.driver_opts as Record<string, string> }),
      },
    };
    return differences(volume, made).map((path) => `volume ${volume.name}: ${path}`);
  });
}

function outside(kind: string, section: Section): string[] {
  const names = Object.entries(section.inOrder())
    .filter(([, entry]) => entry.external === true)
    .map(([key, entry]) => (typeof entry.name === 'string' ? entry.name : key));
  return names.length === 0 ? [] : [`${kind}: ${names.join(', ')}`];
}

/**
 * A stack as a Compose file that `docker stack deploy` makes the same services and networks of, or, where that can't
 * be, what would be lost. Secrets and configs are external: their payloads are no part of it.
 * Follows docker/cli `cli/compose/convert`, the other way round.
 *
 * @param definitions all of the backup or the cluster: names of networks outside the stack are looked up in them
 */
export function composeOf(stack: string, definitions: readonly Definition[]): Compose {
  const names = nameMapOf(definitions);
  const all = definitions
    .map((definition) => portable(definition, names))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const of = (kind: Definition['kind']): Portable[] =>
    all.filter((one) => one.kind === kind && stackOf(one) === stack);
  const losses: string[] = [];
  const sections: Sections = {
    networks: new Section(stack),
    volumes: new Section(stack),
    secrets: new Section(stack),
    configs: new Section(stack),
  };
  const networks = of('network');
  const known = new Set(
    definitions.filter(({ kind }) => kind === 'network').map(({ name }) => name),
  );
  const written = new Map<string, WrittenMap>();
  const used = new Set<string>();
  const networkWords = (name: string): WrittenMap | undefined => {
    used.add(name);
    const network = networks.find((one) => one.name === name);
    if (network === undefined) {
      return known.has(name) || PREDEFINED.has(name) ? { external: true } : undefined;
    }
    const before = written.get(name);
    if (before !== undefined) return before;
    const remainder = new Remainder(network.body, losses, `network ${name}`);
    const words = writeNetwork(remainder, stack);
    remainder.close();
    written.set(name, words);
    return words;
  };

  const services = of('service').map((service) =>
    writeService(service, stack, sections, networkWords, losses),
  );
  if (services.length === 0) losses.push(`stack ${stack}: (it has no service)`);
  losses.push(...unusedNetworks(networks, used));
  for (const volume of of('volume')) {
    const mounts = Object.entries(sections.volumes.entries)
      .filter(([key, { name }]) => (name ?? `${stack}_${key}`) === volume.name)
      .map(([, words]) => words);
    losses.push(
      ...volumeLosses(
        volume,
        mounts.filter((words) => words.external !== true),
        stack,
      ),
    );
  }
  if (losses.length > 0) return { loss: [...new Set(losses)].sort() };

  const limits = services.some(([, service]) => JSON.stringify(service).includes('"pids"'));
  const file: WrittenMap = {
    version: limits ? '3.9' : '3.8',
    services: Object.fromEntries(services),
    ...some(
      Object.fromEntries(
        Object.entries(sections).map(([name, section]: [string, Section]) => [
          name,
          any(Object.keys(section.entries)) && section.inOrder(),
        ]),
      ),
    ),
  };
  const jobs = services.some(([, { deploy }]) => /-job"/.test(JSON.stringify(deploy)));
  return { yaml: yamlText(file, comment(stack, sections, jobs)) };
}

function comment(stack: string, sections: Sections, jobs: boolean): string[] {
  const before = [
    ...outside('networks', sections.networks),
    ...outside('volumes', sections.volumes),
    ...outside('secrets', sections.secrets),
    ...outside('configs', sections.configs),
  ];
  return [
    `docker stack deploy --compose-file FILE ${stack}`,
    ...(jobs ? ['Jobs need the docker command line 23.0 or newer.'] : []),
    ...(before.length === 0 ? [] : ['It must find:', ...before.map((line) => `  ${line}`)]),
  ];
}
