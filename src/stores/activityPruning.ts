import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Enough for the line with which an activity begins. */
const HEAD_BYTES = 4096;

/**
 * Deletes the oldest activities of a journal. The newest are kept whoever began them; beyond those, as many again that a
 * person had done: an agent that makes a backup each minute must not push out what somebody restored last week.
 *
 * @param kept how many, of each
 */
export function activityPruning(folder: string, kept: number) {
  /** What is known to have been done by a person: asked of each file once. */
  const byPerson = new Set<string>();

  async function isByPerson(name: string): Promise<boolean> {
    if (byPerson.has(name)) return true;
    if (await isScheduled(join(folder, name))) return false;
    byPerson.add(name);
    return true;
  }

  /** @param newestFirst names of files */
  return async (newestFirst: readonly string[]): Promise<void> => {
    let room = kept;
    for (const name of newestFirst.slice(kept)) {
      if (room > 0 && (await isByPerson(name))) {
        room -= 1;
        continue;
      }
      byPerson.delete(name);
      await unlink(join(folder, name)).catch(() => undefined);
    }
  };
}

/** Whether a policy had it done. What can't be read tells nothing and is taken for a person's. */
async function isScheduled(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1);
      return (JSON.parse(line) as { scheduled?: unknown }).scheduled === true;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
