import type { ArchiveRequest, ShownArchive } from '../../protocol/archiveMessages';
import { button, h } from '../shared/dom';
import type { Child } from '../shared/dom';
import { counted } from '../shared/format';
import type { DefinitionTable } from './definitions';
import { modeText, noComposeText, serviceUses } from './words';
import type { Definition } from './words';

type Columns = DefinitionTable['columns'];

export const serviceColumns: Columns = [
  {
    id: 'name',
    title: 'Service',
    value: ({ name }) => name,
    cell: ({ name, stack }) => [
      name,
      stack !== undefined && h('span', { class: 'second' }, `stack ${stack}`),
    ],
  },
  {
    id: 'image',
    title: 'Image',
    value: ({ service }) => service?.image ?? '',
    cell: ({ service }) => [h('code', {}, service?.image ?? '')],
  },
  {
    id: 'mode',
    title: 'Runs',
    value: ({ service }) => service?.replicas ?? -1,
    cell: ({ service }) => [service && modeText(service)],
    figures: true,
  },
  {
    id: 'uses',
    title: 'Uses',
    value: ({ service }) =>
      service === undefined ? 0 : serviceUses(service).reduce((n, [, l]) => n + l.length, 0),
    cell: ({ service }) => (service === undefined ? [] : [uses(service)]),
    figures: true,
  },
];

export const otherColumns: Columns = [
  {
    id: 'kind',
    title: 'Kind',
    value: ({ kind }) => kind,
    cell: ({ kind }) => [kind],
  },
  {
    id: 'name',
    title: 'Name',
    value: ({ name }) => name,
    cell: ({ name, stack, node }) => [
      name,
      stack !== undefined && h('span', { class: 'second' }, `stack ${stack}`),
      node !== undefined && node !== name && h('span', { class: 'second' }, `on ${node}`),
    ],
  },
  {
    id: 'detail',
    title: 'What it is',
    value: ({ detail }) => detail ?? '',
    cell: ({ detail }) => [detail],
  },
];

function uses(service: NonNullable<Definition['service']>): Child {
  return h(
    'dl',
    { class: 'uses' },
    ...serviceUses(service).flatMap(([name, list]) => [
      h('dt', {}, name),
      ...list.map((one) => h('dd', {}, one)),
    ]),
  );
}

/** The stacks, each offered as a Compose file where it could be written without loss. */
export function stacksList(
  { definitions, stacks, manifest }: Pick<ShownArchive, 'definitions' | 'stacks' | 'manifest'>,
  send: (request: ArchiveRequest) => void,
): HTMLElement | undefined {
  const names = [...new Set(definitions.flatMap(({ stack }) => stack ?? []))].sort();
  if (names.length === 0) return undefined;
  const rows = names.map((name) => {
    const own = definitions.filter(({ stack }) => stack === name);
    const services = own.filter(({ kind }) => kind === 'service').length;
    const others = own.length - services;
    return h(
      'li',
      {},
      h(
        'span',
        {},
        h('strong', {}, name),
        h(
          'span',
          { class: 'muted' },
          ` ${counted(services, 'service')}${others > 0 ? `, ${counted(others, 'other object')}` : ''}`,
        ),
      ),
      stacks.includes(name)
        ? button('Open as Compose', () => send({ type: 'openText', of: name, as: 'compose' }), {
            icon: 'file-code',
            label: `Open stack ${name} as Compose`,
          })
        : h('span', { class: 'muted' }, noComposeText(name, manifest?.notes ?? [])),
    );
  });
  return h('ul', { class: 'stacks', 'aria-label': 'Stacks' }, ...rows);
}
