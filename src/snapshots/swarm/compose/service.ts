import type { Portable } from '../portable';
import { textAt, objectAt } from '../jsonValues';
import { writeContainer } from './container';
import type { Sections } from './container';
import { writeDeploy } from './deploy';
import { Remainder } from './remainder';
import { isKey, shortName, some } from './section';
import type { WrittenMap } from './section';
import { ownLabels } from './stackLabels';

/** Gives the definition under which a network stands in the file; undefined when nothing is known of it. */
export type NetworkWords = (name: string) => WrittenMap | undefined;

/** Networks of every node: a service has no alias in them. */
const PREDEFINED = new Set(['bridge', 'host', 'none', 'default', 'nat']);

function attach(
  task: Remainder,
  service: string,
  sections: Sections,
  words: NetworkWords,
): WrittenMap {
  const attached: WrittenMap = {};
  if (!task.has('Networks')) task.lose('Networks', 'none, and deploying attaches one');
  task.each('Networks', (network) => {
    const name = network.text('Target') ?? '';
    const definition = words(name);
    if (definition === undefined) {
      network.lose('Target', 'this network is not among the definitions');
      return;
    }
    const key = sections.networks.key(name, definition);
    if (key in attached) network.lose('Target', 'attached twice');
    const aliases = network.texts('Aliases') ?? [];
    if (!PREDEFINED.has(name) && !aliases.includes(service)) {
      network.lose('Aliases', `without ${service}, which deploying adds`);
    }
    const more = aliases.filter((alias) => alias !== service);
    attached[key] = more.length === 0 ? null : { aliases: more };
  });
  return attached;
}

/** A service of the stack, without what names it. */
export function writeService(
  portable: Portable,
  stack: string,
  sections: Sections,
  words: NetworkWords,
  losses: string[],
): [name: string, service: WrittenMap] {
  const spec = new Remainder(portable.body, losses, `service ${portable.name}`);
  const name = shortName(stack, spec.text('Name') ?? '') ?? '';
  if (!isKey(name)) spec.lose('Name', `not ${stack}_ and a name that Compose takes`);
  const container = objectAt(objectAt(portable.body, 'TaskTemplate'), 'ContainerSpec');
  const pinned = textAt(container, 'Image')?.includes('@') === true;
  const serviceLabels = ownLabels(spec, stack);
  const written = spec.within('TaskTemplate', (task) => {
    const inside = task.within('ContainerSpec', (of) =>
      writeContainer(of, stack, ownLabels(of, stack), sections),
    );
    if (inside === undefined) task.lose('ContainerSpec', 'none');
    const { deploy, ports } = writeDeploy(spec, task, serviceLabels, pinned);
    return some({
      ...inside,
      networks: attach(task, name, sections, words),
      ports,
      logging: task.within('LogDriver', (log) =>
        some({ driver: log.text('Name'), options: log.map('Options') }),
      ),
      deploy,
    });
  });
  spec.close();
  return [name, written ?? {}];
}
