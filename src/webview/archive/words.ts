import type { ShownArchive } from '../../protocol/archiveMessages';
import { counted } from '../shared/format';

export type Definition = ShownArchive['definitions'][number];
type Left = NonNullable<ShownArchive['manifest']>['left'][number];

/** The outcome of verification in an icon and words; the icon never says more than the words. */
export function verdict({ verification, error, report, manifest }: ShownArchive): {
  tone: 'good' | 'bad';
  icon: string;
  title: string;
  text: string;
} {
  if (verification.result === 'ok') {
    const files = report.counts['File'] ?? 0;
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: 'Verified',
      text: `The archive is whole and every checksum matches, over ${counted(files, 'file')} of its volumes and every definition.`,
    };
  }
  return {
    tone: 'bad',
    icon: 'error',
    title: manifest === undefined ? 'Not a Swarm backup, or damaged at its beginning' : 'Damaged',
    text: error?.message ?? verification.message ?? 'The archive is not whole.',
  };
}

/** For a damaged file: how far its reading got. */
export function readable({ definitions, contents, manifest }: ShownArchive): string {
  if (manifest === undefined) return 'nothing';
  const whole = contents.filter((content) => content.whole).length;
  const volumes = manifest.volumes.length;
  return [
    'what it says of itself',
    counted(definitions.length, 'definition'),
    volumes > 0 && `${whole} of ${counted(volumes, 'volume')} whole`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}

/** A cluster takes a whole archive only. */
export function isRestorable({ verification, manifest }: ShownArchive): boolean {
  return verification.result === 'ok' && manifest !== undefined;
}

/** The figures that tell a person at a glance what it holds. */
export function highlights(archive: ShownArchive): [number, string][] {
  const { definitions, contents, report } = archive;
  const of = (kind: string) => definitions.filter((d) => d.kind === kind).length;
  const stacks = new Set(definitions.flatMap(({ stack }) => stack ?? [])).size;
  const volumes = contents.filter(({ id }) => id !== undefined).length;
  const figures: [number, string, string][] = [
    [stacks, 'stack', 'stacks'],
    [of('service'), 'service', 'services'],
    [volumes, 'volume', 'volumes'],
    [report.counts['File'] ?? 0, 'file', 'files'],
    [of('network'), 'network', 'networks'],
    [of('config'), 'config', 'configs'],
    [of('secret'), 'secret', 'secrets'],
    [of('node'), 'node', 'nodes'],
  ];
  return figures.flatMap(([count, one, many]): [number, string][] =>
    count === 0 ? [] : [[count, count === 1 ? one : many]],
  );
}

const REASONS: Record<Left['reason'], { title: string; tone: 'warning' | 'other' }> = {
  notReached: { title: 'Not reached', tone: 'warning' },
  notKept: { title: 'Can’t be kept in a backup', tone: 'other' },
  notChosen: { title: 'Left out by choice', tone: 'other' },
};

/** What belongs to the cluster and is not in the archive, what a person did not choose first. */
export function leftGroups(
  left: readonly Left[],
): { title: string; tone: 'warning' | 'other'; lines: string[] }[] {
  return (Object.keys(REASONS) as Left['reason'][]).flatMap((reason) => {
    const of = left.filter((one) => one.reason === reason);
    if (of.length === 0) return [];
    return [{ ...REASONS[reason], lines: of.map(leftText) }];
  });
}

function leftText({ kind, name, node, message }: Left): string {
  const where = node === undefined ? '' : ` on ${node}`;
  return `${kind} ${name}${where}: ${message}`;
}

/** Why a stack is not there as a Compose file, as the backup itself says it. */
export function noComposeText(stack: string, notes: readonly string[]): string {
  return (
    notes.find((note) => note.startsWith(`Stack ${stack} has no Compose file`)) ??
    'There is no Compose file of it in this backup. Its definitions are complete.'
  );
}

/** How a service runs: `3 replicas`, `on every node`. */
export function modeText({ mode, replicas = 1 }: NonNullable<Definition['service']>): string {
  switch (mode) {
    case 'global':
      return 'on every node';
    case 'globalJob':
      return 'job, once on every node';
    case 'replicatedJob':
      return `job, ${counted(replicas, 'time')}`;
    case 'replicated':
      return counted(replicas, 'replica');
  }
}

/** What a service uses, in labelled lists; empty ones are left out. */
export function serviceUses(service: NonNullable<Definition['service']>): [string, string[]][] {
  const uses: [string, string[]][] = [
    ['Mounts', service.mounts],
    ['Ports', service.ports],
    ['Networks', service.networks],
    ['Secrets', service.secrets],
    ['Configs', service.configs],
  ];
  return uses.filter(([, list]) => list.length > 0);
}

/** All that can be searched for in a definition, in lower case. */
export function searchText({ id, kind, stack, detail, service }: Definition): string {
  const uses = service === undefined ? [] : serviceUses(service).flatMap(([, list]) => list);
  return [id, kind, stack, detail, service?.image, ...uses]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
}
