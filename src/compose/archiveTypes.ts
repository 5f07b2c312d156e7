import type { ErrorInfo } from '../core/errors';
import type { Verification } from '../core/model';
import type { DecryptionSecrets, RunContext, SnapshotReport } from '../core/ports';
import type { DefinitionKind, SwarmManifest, SwarmSummary } from '../snapshots/swarm/layout';
import type { SourceRef } from './parts';

export type { DefinitionKind, SwarmManifest, SwarmSummary } from '../snapshots/swarm/layout';

/** What a service is, in the words of its own specification. */
export interface ServiceFacts {
  image: string;
  /** `replicated`, `global`, `replicated-job`, `global-job`. */
  mode: string;
  /** Only where the mode has them. */
  replicas?: number;
  /** `volume data:/var/lib`, `bind /etc/x:/x (read-only)`. */
  mounts: string[];
  /** `80:8080/tcp`. */
  ports: string[];
  networks: string[];
  secrets: string[];
  configs: string[];
}

/** A definition as it is listed. */
export interface ArchivedDefinition {
  id: string;
  kind: DefinitionKind;
  name: string;
  node?: string;
  stack?: string;
  /** A few words on others than services: driver, role. */
  description?: string;
  service?: ServiceFacts;
}

/** A stack that the archive offers as a Compose file, or why it does not. */
export interface ArchivedStack {
  name: string;
  services: number;
  /** Why there is no Compose file of it; absent where there is one. */
  noCompose?: string;
}

/** A volume's content, or the Raft state. */
export interface ArchivedContent {
  folder: string;
  node: string;
  name: string;
  stack?: string;
  services: string[];
  files: number;
  directories: number;
  /** Bytes of the files. */
  fileBytes: number;
}

/** What an opened archive shows. */
export interface OpenedArchive {
  /** For further questions about the same archive. */
  session: number;
  name: string;
  /** Bytes as stored. */
  size: number;
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  report: SnapshotReport;
  /** Absent where the file is damaged before it, or none of ours. */
  manifest?: SwarmManifest;
  summary?: SwarmSummary;
  definitions: ArchivedDefinition[];
  stacks: ArchivedStack[];
  contents: ArchivedContent[];
  verification: Verification;
  /** Set for a damaged file: what is wrong with it. */
  error?: ErrorInfo;
}

/** One file of a content. */
export interface ArchivedFile {
  name: string;
  type: 'file' | 'directory' | 'symlink' | 'link' | 'other';
  size: number;
  /** Of a directory: entries right below it. */
  files?: number;
  mode: number;
  uid: number;
  gid: number;
  /** ISO 8601. */
  mtime: string;
  /** Where a link points. */
  link?: string;
}

export interface FileQuery {
  /** Of the content, as in the manifest. */
  folder: string;
  /** Directory inside it; empty is its top. */
  path: string;
  /** Rows left out at the beginning, directories first, then by name. */
  from: number;
  limit: number;
  /** Part of the path, without regard to case: then all files below `path` that have it, by their whole path. */
  filter?: string | undefined;
}

/** Looking into archives of a swarm; sessions live as long as their thread. */
export interface Archives {
  /** @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase` */
  archiveOpen(
    p: { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<OpenedArchive>;
  archiveFiles(
    p: { session: number } & FileQuery,
    c: RunContext,
  ): Promise<{ rows: ArchivedFile[]; total: number }>;
  /**
   * `json`: the engine's own. `compose`: a stack (`stack/<name>`). `portable`: in the words of `liveText`, so that
   * the two can be compared; undefined where the archive has no such object.
   */
  archiveText(
    p: { session: number; id: string; as: 'json' | 'compose' | 'portable' },
    c: RunContext,
  ): Promise<string | undefined>;
  archiveClose(p: { session: number }, c: RunContext): Promise<void>;
}
