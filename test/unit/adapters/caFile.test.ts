import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { trusting } from '../../../src/adapters/caFile';
import { fails } from '../core/fakes';

describe('the CA file of a connection', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-backup-ca-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const from = async (text: string) => {
    const file = join(folder, 'ca.crt');
    await writeFile(file, text);
    return trusting('Thing "a"', file);
  };
  const [pem = ''] = rootCertificates;

  it('is trusted in place of the system’s; the server is verified in any case', async () => {
    assert.deepEqual(await from(pem), { rejectUnauthorized: true, ca: [pem] });
    assert.deepEqual(await trusting('Thing "a"', undefined), { rejectUnauthorized: true });
  });

  it('is refused where it is not there, holds no certificate, or a damaged one', async () => {
    const missing = trusting('Thing "a"', join(folder, 'none.crt'));
    await fails(missing, 'http.badCaFile', /none\.crt, needed for Thing "a", can't be read/);
    await fails(from(''), 'http.badCaFile', /no certificate/);
    await fails(from('-----BEGIN PRIVATE KEY-----'), 'http.badCaFile', /no certificate/);
    const lines = pem.split('\n');
    lines.splice(2, 3);
    await fails(from(lines.join('\n')), 'http.badCaFile', /damaged/);
  });
});
