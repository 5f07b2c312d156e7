import { coreErrors } from '../../core/errors';
import type { SnapshotChecker, SnapshotFormat, SnapshotReport } from '../../core/ports';
import { detect } from '../detect';
import { snapshotErrors } from '../snapshotErrors';
import { MARATHON_ENDING, MARATHON_KINDS, marathonExportSchema } from './layout';
import type { MarathonExport } from './layout';
import { isTooDeep, listed, MAX_DEPTH, sumOf, treeText } from './tree';

/** The text is held in memory while it is parsed. Thousands of apps take some megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

const NAMES = [
  [MARATHON_KINDS.group, 'Group'],
  [MARATHON_KINDS.app, 'App'],
  [MARATHON_KINDS.pod, 'Pod'],
] as const;

/** Checks an export of Marathon's groups: JSON of our form, whole, with the groups that its checksum is of. */
export class MarathonChecker implements SnapshotChecker {
  private chunks: Uint8Array[] = [];
  private bytes = 0;
  private isOver = false;
  private report: SnapshotReport | undefined;
  /** What the text says, once it has been checked. */
  document: MarathonExport | undefined;

  /** @param limit bytes that are taken at most */
  constructor(private readonly limit = MAX_BYTES) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
  async push(chunk: Uint8Array): Promise<void> {
    if (this.isOver) throw stopped();
    this.bytes += chunk.length;
    if (this.bytes > this.limit) {
      this.chunks = [];
      throw snapshotErrors.tooLarge({
        message: `The export has over ${this.limit} bytes: no Marathon tells so much.`,
      });
    }
    this.chunks.push(chunk);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
  async finish(): Promise<SnapshotReport> {
    if (this.isOver) throw stopped();
    const bytes = Buffer.concat(this.chunks);
    this.chunks = [];
    const document = read(bytes);
    this.document = document;
    this.report = reportOf(document, this.bytes);
    return this.report;
  }

  partial(): SnapshotReport {
    return this.report ?? { ...EMPTY, contentBytes: this.bytes };
  }

  destroy(): void {
    this.isOver = true;
    this.chunks = [];
  }
}

const EMPTY: Omit<SnapshotReport, 'contentBytes'> = {
  format: 'marathon',
  identity: {},
  servers: [],
  stats: [],
  totalSize: 0,
  counts: {},
  facts: {},
};

/** @throws `snapshot.notMarathon`, `snapshot.truncated`, `snapshot.badExport`, `snapshot.badChecksum` */
function read(bytes: Buffer): MarathonExport {
  const { id, title } = detect(bytes);
  if (id !== 'marathon') {
    const what = bytes.length === 0 ? 'empty' : id === 'unknown' ? 'something else' : `a ${title}`;
    throw snapshotErrors.notMarathon({
      message: `The file is no export of Marathon’s groups: it is ${what}.`,
    });
  }
  const value = parse(bytes);
  if (isTooDeep(value)) throw bad(`it is nested deeper than ${MAX_DEPTH} levels`);
  const parsed = marathonExportSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, parsed.error);
  }
  const { data } = parsed;
  const seen = new Set<string>();
  for (const { id: of } of listed(data.groups)) {
    if (seen.has(of)) throw bad(`${of} is in it twice`);
    seen.add(of);
  }
  if (sumOf(data.groups) !== data.sha256) {
    throw snapshotErrors.badChecksum({
      message: 'The groups in the export do not match its SHA-256 checksum.',
    });
  }
  return data;
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bad('it is no UTF-8 text', cause);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (!isCut(text)) throw bad('it is no JSON', cause);
    throw snapshotErrors.truncated({
      message: 'The export ends in the middle: its last bracket is missing.',
      cause,
    });
  }
}

/** Brackets are open at the end, outside of what stands in quotes. */
function isCut(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
  }
  return quoted || depth > 0;
}

function reportOf(document: MarathonExport, contentBytes: number): SnapshotReport {
  const { takenAt, address, dcosVersion, marathonVersion, groups } = document;
  const all = [...listed(groups)];
  const stats = NAMES.map(([kind, name]) => {
    const own = all.filter((one) => one.kind === kind);
    const sum = own.reduce((bytes, { object }) => {
      // What is in a group counts for itself.
      const { apps: _apps, pods: _pods, groups: _groups, ...fields } = object;
      return bytes + Buffer.byteLength(treeText(kind === 'marathonGroup' ? fields : object));
    }, 0);
    return { name, count: own.length, sum };
  }).filter(({ count }) => count > 0);
  const totalSize = stats.reduce((sum, row) => sum + row.sum, 0);
  return {
    ...EMPTY,
    identity: { time: new Date(takenAt).toISOString(), size: totalSize },
    stats,
    totalSize,
    counts: Object.fromEntries(stats.map(({ name, count }) => [name, count])),
    facts: {
      ...(address === undefined ? {} : { address }),
      ...(dcosVersion === undefined ? {} : { dcosVersion }),
      ...(marathonVersion === undefined ? {} : { marathonVersion }),
    },
    contentBytes,
  };
}

function bad(why: string, cause?: unknown) {
  return snapshotErrors.badExport({ message: `The export can't be read: ${why}.`, cause });
}

function stopped() {
  return coreErrors.cancelled({ message: 'The check was stopped.' });
}

/** An export of Marathon's groups: layout.ts. */
export const marathonFormat: SnapshotFormat = {
  id: 'marathon',
  title: 'Export of Marathon’s groups',
  endings: [MARATHON_ENDING],
  checker: () => new MarathonChecker(),
};
