import { NODE_KEY, OLDER_VOLUMES, SERVER_KEY } from './layout';
import type { UcpRule } from './layout';

/** MKE 3.4 to 3.8, "Backup procedure": at least so many files. */
const CURRENT_FILES = 27;
/** UCP up to 3.2, "Back up UCP": more than 100. */
const OLDER_FILES = 101;

/**
 * The vendor's own rule of a sound backup, as it applies to what was found. The older one applies where all volumes are
 * there that only older versions back up. One of them proves nothing: the page of 3.2 leaves ucp-node-certs out, and
 * still asks for its key.
 *
 * @param has whether a member is there and is not empty
 */
export function ruleFor(
  volumes: Iterable<string>,
  files: number,
  has: (member: string) => boolean,
): UcpRule {
  const found = new Set(volumes);
  const isOlder = OLDER_VOLUMES.every((name) => found.has(name));
  const needed = isOlder ? OLDER_FILES : CURRENT_FILES;
  const missing = (isOlder ? [SERVER_KEY, NODE_KEY] : [SERVER_KEY]).filter((key) => !has(key));
  return {
    id: isOlder ? 'older' : 'current',
    files,
    needed,
    missing,
    holds: files >= needed && missing.length === 0,
  };
}

/** Why a rule does not hold, as a sentence. */
export function ruleProblem({ id, files, needed, missing }: UcpRule): string {
  const whose = id === 'older' ? 'UCP up to 3.1' : 'UCP 3.2 and later and MKE';
  const reasons = [
    ...(files < needed ? [`it has ${files} of at least ${needed} files`] : []),
    ...missing.map((name) => `${name} is missing or empty`),
  ];
  return `The backup fails the vendor's own rule for ${whose}: ${reasons.join('; ')}.`;
}
