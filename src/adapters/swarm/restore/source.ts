import type { Readable } from 'node:stream';
import { coreErrors } from '../../../core/errors';
import type { SnapshotReport } from '../../../core/ports';
import type { SwarmHead } from '../../../snapshots/swarm/headReader';
import { nameMapOf } from '../../../snapshots/swarm/portable';
import { readSwarmHead } from '../../../snapshots/swarm/readHead';
import type { Source, SourceContent } from './model';

/**
 * Reads what a backup says of its objects, and holds it against what the check found.
 *
 * @throws `core.planChanged` when the bytes are others than those that were checked
 */
export async function readSource(
  open: () => Promise<Readable>,
  content: SnapshotReport,
): Promise<Source> {
  return sourceOf(await readSwarmHead(await open()), content);
}

/** @throws `core.planChanged` */
export function sourceOf(head: SwarmHead, { facts }: SnapshotReport): Source {
  if (head.sha256 !== facts['headSha256']) {
    throw coreErrors.planChanged({
      message: 'The backup is not what it was when it was checked.',
    });
  }
  const { manifest, definitions } = head;
  const sums = new Map(lines(facts['contents']).map(parseSum));
  const refused = lines(facts['refused']);
  const contents = new Map<string, SourceContent>(
    manifest.volumes.map(({ id, folder }) => {
      const why = refused.find((line) => line.includes(`: ${folder} `));
      const content: SourceContent = { folder, sha256: undefined, bytes: undefined };
      return [
        id,
        { ...content, ...sums.get(folder), ...(why === undefined ? {} : { refused: why }) },
      ];
    }),
  );
  return { manifest, definitions, names: nameMapOf(definitions), contents };
}

function lines(fact: SnapshotReport['facts'][string] | undefined): string[] {
  return Array.isArray(fact) ? fact : [];
}

/** `<sha256> <bytes> <folder>`, as the check tells it. */
function parseSum(line: string): [string, { sha256: string; bytes: number }] {
  const [sha256 = '', bytes = '', ...folder] = line.split(' ');
  return [folder.join(' '), { sha256, bytes: Number(bytes) }];
}
