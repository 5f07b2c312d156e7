import type { ClusterBackupError } from '../../core/errors';
import type { RecordStat, SnapshotReport } from '../../core/ports';
import type { ArchiveReader } from './archiveReader';
import type { ContentSummary, Definition, DefinitionKind, SwarmManifest } from './layout';
import { at } from './members';

const ROWS: readonly (readonly [string, DefinitionKind])[] = [
  ['Service', 'service'],
  ['Network', 'network'],
  ['Config', 'config'],
  ['Secret', 'secret'],
  ['Node', 'node'],
];

/** What stays of an archive once it has been read. */
export class ReportFacts {
  private readonly servers: SnapshotReport['servers'] = [];
  private readonly reasons: string[] = [];

  definition({ kind, value }: Definition): void {
    if (kind !== 'node') return;
    const text = (found: unknown): string => (typeof found === 'string' ? found : '');
    this.servers.push({
      id: text(value['ID']),
      address: text(at(value['Status'], 'Addr')),
      voter: at(value['Spec'], 'Role') === 'manager',
    });
  }

  /** A content that a restore will refuse. */
  refused({ code, message }: ClusterBackupError): void {
    this.reasons.push(`${code}: ${message}`);
  }

  /** Of a whole archive, or of what came of it. */
  report(reader: ArchiveReader, contentBytes: number): SnapshotReport {
    const { manifest } = reader;
    const contents = [
      ...reader.contents,
      ...(reader.open === undefined ? [] : [reader.open.soFar()]),
    ];
    const volumes = contents.filter(({ folder }) => folder !== manifest?.raft?.folder);
    const bytesOf = (of: { bytes: number }[]) => of.reduce((sum, { bytes }) => sum + bytes, 0);
    const stats: RecordStat[] = [
      ...ROWS.map(([name, kind]) => {
        const { count, bytes } = reader.head.counts.get(kind) ?? { count: 0, bytes: 0 };
        return { name, count, sum: bytes };
      }),
      { name: 'Volume', count: volumes.length, sum: bytesOf(volumes) },
    ].filter(({ count }) => count > 0);
    const files = contents.reduce((sum, content) => sum + content.files, 0);
    return {
      format: 'swarm',
      identity:
        manifest === undefined
          ? {}
          : {
              id: manifest.swarm?.id ?? manifest.engine.name,
              time: new Date(manifest.created).toISOString(),
              size: bytesOf(contents),
            },
      servers: this.servers,
      stats,
      totalSize: stats.reduce((sum, row) => sum + row.sum, 0),
      counts: { ...Object.fromEntries(stats.map(({ name, count }) => [name, count])), File: files },
      facts: {
        ...(manifest === undefined ? {} : factsOf(manifest)),
        ...(reader.head.sha256 === undefined ? {} : { headSha256: reader.head.sha256 }),
        ...(reader.contents.length === 0 ? {} : { contents: reader.contents.map(sumOf) }),
        ...(this.reasons.length === 0 ? {} : { refused: this.reasons }),
      },
      contentBytes,
    };
  }
}

/** `<sha256> <bytes> <folder>`: what a restore compares a volume with. */
function sumOf({ sha256, bytes, folder }: ContentSummary): string {
  return `${sha256} ${bytes} ${folder}`;
}

function factsOf(manifest: SwarmManifest): SnapshotReport['facts'] {
  const { swarm, engine, mode, parts, left } = manifest;
  return {
    ...(swarm === undefined ? {} : { clusterId: swarm.id, autolock: swarm.autolock }),
    engineVersion: engine.version,
    apiVersion: engine.apiVersion,
    mode,
    parts,
    left: left.map(
      ({ kind, name, node, message }) =>
        `${kind} ${name}${node === undefined ? '' : ` (${node})`}: ${message}`,
    ),
  };
}
