import assert from 'node:assert/strict';
import { ClusterBackupError } from '../../../src/core/errors';
import type {
  Capabilities,
  ProgressUpdate,
  RunContext,
  SnapshotFormat,
  SnapshotReport,
  SystemDefinition,
} from '../../../src/core/ports';
import { snapshotErrors } from '../../../src/snapshots/snapshotErrors';

/** A context that remembers what it was told. */
export function coreContext(signal = new AbortController().signal): RunContext & {
  updates: ProgressUpdate[];
  logged: string[];
} {
  const updates: ProgressUpdate[] = [];
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  return {
    signal,
    updates,
    logged,
    progress: (update) => void updates.push(update),
    log: { debug: log, info: log, warn: log, error: log },
    clock: { now: () => new Date() },
  };
}

/** A text is a whole snapshot when it ends in "end". */
export const letters: SnapshotFormat = {
  id: 'letters',
  title: 'Letters',
  endings: ['.letters'],
  checker() {
    const chunks: Uint8Array[] = [];
    const report = (): SnapshotReport => {
      const text = Buffer.concat(chunks).toString();
      return {
        format: 'letters',
        identity: { id: text },
        servers: [],
        stats: [],
        totalSize: text.length,
        counts: { Letter: text.length },
        facts: {},
        contentBytes: text.length,
      };
    };
    return {
      push: (chunk) => Promise.resolve(void chunks.push(chunk)),
      finish() {
        if (report().identity.id?.endsWith('end')) return Promise.resolve(report());
        return Promise.reject(snapshotErrors.truncated({ message: 'It has no end.' }));
      },
      partial: report,
      destroy: () => undefined,
    };
  },
};

/** A system whose snapshots are texts. */
export function lettersSystem(capabilities: Partial<Capabilities> = {}): SystemDefinition {
  return {
    id: 'letters',
    title: 'Letters',
    // Not read here.
    schema: undefined as never,
    secretFields: [],
    pathFields: [],
    capabilities: {
      storage: 'vault',
      modes: [{ id: 'live', title: 'Live', description: '' }],
      format: 'letters',
      fileEnding: '.letters',
      ...capabilities,
    },
    secretBinding: () => 'here',
    warnings: () => [],
    load: () => Promise.reject(new Error('Not loaded here.')),
  };
}

/** It fails with this code, in such words; gives the error. */
export async function fails(
  promise: Promise<unknown>,
  code: string,
  words = /./,
): Promise<ClusterBackupError> {
  let error: unknown;
  await assert.rejects(promise, (thrown) => {
    error = thrown;
    return true;
  });
  assert.ok(error instanceof ClusterBackupError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, words);
  return error;
}
