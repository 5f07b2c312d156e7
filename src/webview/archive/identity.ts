import type { ShownArchive } from '../../protocol/archiveMessages';
import { h, section } from '../shared/dom';
import { encryptionCell, fact, sizeCell, timeCell } from '../shared/facts';
import { counted } from '../shared/format';

const PARTS: Readonly<Record<string, string>> = {
  definitions: 'definitions',
  volumes: 'volumes',
  raft: 'Raft state',
};
const MODES: Readonly<Record<string, string>> = {
  live: 'Live: services kept running',
  consistent: 'Consistent: services were stopped while their volumes were read',
  cold: 'Cold: the engine was stopped',
};

/** What the backup says of itself: cluster, engine, mode, parts, time, encryption. */
export function identitySection(archive: ShownArchive): HTMLElement | undefined {
  const { manifest, size, encryption } = archive;
  if (manifest === undefined) return undefined;
  const { cluster, engine, swarm, mode, parts, only, created, raft } = manifest;
  const open = 'Whoever can read this file can read the volumes and configs in it.';
  return section(
    'identity',
    'What it is',
    {},
    h(
      'dl',
      { class: 'facts' },
      ...fact('Cluster', cluster),
      ...fact('Taken', timeCell(created)),
      ...fact('Mode', MODES[mode] ?? mode),
      ...fact('Parts', parts.map((part) => PARTS[part] ?? part).join(', ')),
      ...fact('Only', only?.map(({ kind, name }) => `${kind} ${name}`).join(', ')),
      ...fact('Engine', `${engine.name}, ${engine.version}`, `API ${engine.apiVersion}`),
      ...fact('Swarm', swarm !== undefined && h('code', {}, swarm.id), swarmText(swarm)),
      ...fact(
        'Raft state',
        raft !== undefined && `of ${raft.node}, ${raft.taken}`,
        raft?.autolock === true ? 'Autolock is on: the unlock key is needed to read it' : undefined,
      ),
      ...fact('Size of the file', sizeCell(size)),
      ...fact('Encryption', encryptionCell(encryption, open)),
    ),
  );
}

function swarmText(swarm: NonNullable<ShownArchive['manifest']>['swarm']): string {
  if (swarm === undefined) return 'The engine was in no swarm';
  return `${counted(swarm.nodes, 'node')}, ${counted(swarm.managers, 'manager')}`;
}
