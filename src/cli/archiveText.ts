import type { ArchiveContent, OpenedArchive } from '../compose/archives';
import type { ListedDefinition, ServiceFacts } from '../snapshots/swarm/definitionFacts';
import { fields, table } from './table';
import { bytesText, countText, timeText } from './words';

/** What `inspect` prints of a swarm backup for people. */
export function archiveText(archive: OpenedArchive, path: string): string {
  const sections = [
    headText(archive, path),
    servicesText(archive.definitions),
    contentsText(archive.contents),
    othersText(archive.definitions),
    leftText(archive),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** A swarm backup as `--json` and `--format json` have it. Fields may be added, never changed. */
export function archiveDocument(archive: OpenedArchive) {
  const { size, encryption, verification, report, manifest, summary } = archive;
  const { definitions, stacks, contents } = archive;
  return {
    product: { id: 'swarm', title: 'Swarm backup' },
    encryption,
    storedBytes: size,
    verification,
    report,
    manifest,
    summary,
    definitions,
    stacks,
    contents,
  };
}

function headText({ manifest, encryption, error, size }: OpenedArchive, path: string): string {
  const swarm = manifest?.swarm;
  return fields([
    ['Cluster', manifest?.cluster],
    ['Taken', manifest && `${timeText(manifest.created)}, ${manifest.mode}`],
    ['Holds', manifest?.parts.join(', ')],
    ['Engine', manifest && `${manifest.engine.name}, Docker ${manifest.engine.version}`],
    [
      'Swarm',
      swarm &&
        `${swarm.id}, ${countText(swarm.nodes, 'node')}, ${countText(swarm.managers, 'manager')}` +
          (swarm.autolock ? ', autolocked' : ''),
    ],
    ['File', `${path}, ${bytesText(size)}`],
    ['Encrypted', { none: 'no', passphrase: 'passphrase', openpgp: 'OpenPGP' }[encryption.kind]],
    [
      'Checked',
      error === undefined
        ? 'whole, every file of every volume read'
        : 'DAMAGED: only what could be read is shown',
    ],
  ]);
}

function servicesText(definitions: readonly ListedDefinition[]): string {
  const rows = definitions.flatMap(({ name, stack, service }) =>
    service === undefined
      ? []
      : [[name, stack ?? '', modeText(service), service.image, usesText(service)]],
  );
  if (rows.length === 0) return '';
  return table(
    [
      { title: 'SERVICE' },
      { title: 'STACK' },
      { title: 'MODE' },
      { title: 'IMAGE' },
      { title: 'MOUNTS, PORTS' },
    ],
    rows,
  );
}

function modeText({ mode, replicas }: ServiceFacts): string {
  if (mode === 'global') return 'global';
  if (mode === 'globalJob') return 'global job';
  const number = replicas === undefined ? '' : ` ${replicas}`;
  return mode === 'replicated' ? `replicated${number}` : `job${number}`;
}

function usesText({ mounts, ports }: ServiceFacts): string {
  return [...mounts, ...ports].join('; ');
}

function contentsText(contents: readonly ArchiveContent[]): string {
  if (contents.length === 0) return '';
  return table(
    [
      { title: 'VOLUME' },
      { title: 'NODE' },
      { title: 'FILES', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'SERVICES' },
    ],
    contents.map((content) => [
      `${content.id === undefined ? 'Raft state' : content.name}${content.whole ? '' : ' (damaged)'}`,
      content.node,
      String(content.files),
      bytesText(content.fileBytes),
      content.services.join(', '),
    ]),
  );
}

const OTHERS = [
  ['node', 'Nodes'],
  ['network', 'Networks'],
  ['config', 'Configs'],
  ['secret', 'Secrets'],
] as const;

function othersText(definitions: readonly ListedDefinition[]): string {
  return fields(
    OTHERS.map(([kind, title]) => {
      const names = definitions.filter((one) => one.kind === kind).map(({ name }) => name);
      return [title, names.length === 0 ? undefined : names.join(', ')];
    }),
  );
}

function leftText({ report, manifest }: OpenedArchive): string {
  const { left, refused } = report.facts;
  const lines = (title: string, list: unknown): string =>
    Array.isArray(list) && list.length > 0
      ? `${title}\n${fields(list.map((line) => ['  ', String(line)]))}`
      : '';
  return [
    lines('Not in this backup:', left),
    lines('Will not be restored:', refused),
    lines('Notes:', manifest?.notes),
  ]
    .filter((text) => text !== '')
    .join('\n');
}
