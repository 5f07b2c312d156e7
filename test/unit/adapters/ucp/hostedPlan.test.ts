import assert from 'node:assert/strict';
import { ucpConnectionSchema } from '../../../../src/adapters/ucp/definition';
import { hostedLines } from '../../../../src/adapters/ucp/hostedPlan';
import { versionOf } from '../../../../src/adapters/ucp/versions';

const lines = (version: string, encryptedBy: 'us' | 'product', passphrase?: string, on?: string) =>
  hostedLines(
    { connection: ucpConnectionSchema.parse({ encryptedBy }) },
    {
      ...(passphrase === undefined ? {} : { encryption: { kind: 'passphrase', passphrase } }),
      ...(on === undefined ? {} : { on }),
    },
    versionOf(version),
  ).map(({ severity, code }) => `${severity} ${code}`);

describe('What is said before a backup over the HTTP API', () => {
  it('warns that the file lies there unencrypted, unless the product encrypts it', () => {
    const plain = ['warning ucp.unencryptedThere', 'info ucp.staysThere'];
    assert.deepEqual(lines('3.8.1', 'us', 'correct horse battery'), plain);
    assert.deepEqual(lines('3.2.4', 'us'), plain);
    assert.deepEqual(lines('3.2.4', 'product'), plain);
    assert.deepEqual(lines('3.2.4', 'product', 'correct horse battery'), ['info ucp.staysThere']);
  });

  it('is stopped by a passphrase that the product would not take, and by a version without it', () => {
    assert.deepEqual(lines('3.8.1', 'product', 'short'), [
      'blocker ucp.passphraseTooShort',
      'info ucp.staysThere',
    ]);
    assert.deepEqual(lines('3.1.9', 'us'), ['blocker ucp.noBackupApi']);
  });

  it('lets nobody choose the manager', () => {
    const [first] = lines('3.8.1', 'us', undefined, 'node2');
    assert.equal(first, 'blocker ucp.anyManager');
  });
});
