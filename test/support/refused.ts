import assert from 'node:assert/strict';
import { isClusterBackupError } from '../../src/core/errors';
import type { ClusterBackupError } from '../../src/core/errors';

/** Expects one of our errors, with whole sentences for the person, and gives it to look at. */
export async function refused(
  promise: Promise<unknown>,
  code: string,
): Promise<ClusterBackupError> {
  const error: unknown = await promise.then(
    () => assert.fail(`it went well, and ${code} was expected`),
    (reason: unknown) => reason,
  );
  assert.ok(isClusterBackupError(error), String(error));
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.endsWith('.') && error.next.endsWith('.'), error.message);
  return error;
}
