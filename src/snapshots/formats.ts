import type { SnapshotFormat } from '../core/ports';
import { snapshotErrors } from './snapshotErrors';
import { SWARM_ENDING } from './swarm/layout';
import { MARATHON_ENDING } from './marathon/layout';
import { UCP_ENDING } from './ucp/layout';

/** What can be said of a format without loading its reader. */
interface FormatInfo {
  id: string;
  /** With the dot. */
  endings: readonly string[];
  /** Its content is one text, and is shown as such. */
  isText?: boolean;
  load(): Promise<SnapshotFormat>;
}

const FORMATS: readonly FormatInfo[] = [
  {
    id: 'consul',
    endings: ['.snap'],
    load: async () => (await import('./raft/checker')).consulFormat,
  },
  {
    id: 'swarm',
    endings: [SWARM_ENDING],
    load: async () => (await import('./swarm/checker')).swarmFormat,
  },
  {
    id: 'ucp',
    endings: [UCP_ENDING],
    load: async () => (await import('./ucp/checker')).ucpFormat,
  },
  {
    id: 'marathon',
    endings: [MARATHON_ENDING],
    isText: true,
    load: async () => (await import('./marathon/checker')).marathonFormat,
  },
];

/** The format of that id, as manifests and adapters name it. Throws `snapshot.unknownFormat`. */
export async function formatById(id: string): Promise<SnapshotFormat> {
  const format = FORMATS.find((known) => known.id === id);
  if (format !== undefined) return format.load();
  throw snapshotErrors.unknownFormat({
    message: `The snapshot format ${JSON.stringify(id)} is not known to this version.`,
  });
}

/** Whether backups of that format are one text. */
export function isTextFormat(id: string | undefined): boolean {
  return FORMATS.some((known) => known.id === id && known.isText === true);
}

/** Id of the format a file's ending speaks for, with or without the ending of its encryption. */
export function formatOfFile(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/\.(gpg|pgp|asc)$/, '');
  return FORMATS.find(({ endings }) => endings.some((ending) => plain.endsWith(ending)))?.id;
}
