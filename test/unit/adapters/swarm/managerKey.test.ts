import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { isLockedKey, openManagerKey } from '../../../../src/adapters/swarm/recovery/managerKey';

/** Of a swarm that lived for five seconds in a test: Docker 20.10.24, `swarm init --autolock`. */
const UNLOCK_KEY = 'SWMKEY-1-1kKQfY2+5iVQWsLPhk8fkzTZ2QfV70XrIHitaIBBymg';
const LOCKED = `-----BEGIN ENCRYPTED PRIVATE KEY-----
kek-version: 0
raft-dek: CAESMCDRwoIlxWMYeiOIHzcxwL23uoZ0TLKD6qzFCTjDmXoa4WzjCvmUofCe+cp7cE02+xoYiu4PlH2fvHQ+GL6yvtye/mjxzqURCCYE

MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAiwOPfeahElIQICCAAw
HQYJYIZIAWUDBAEqBBAhFODqeQ5vwcYhORX3swerBIGQ6VZRbwXPvyM85K+0KFPd
xL5NjtZlvYXAj5XFZC6OODKmbL5dHBKk5PfBVDpRrPKiAcYpAkSwOZMx/DWVIj/5
k9snKJYO3HpW89exbfeOESRykm/oPHI+49i4yTyFIqrCzSUgJHx2E5n29dMpiYea
QZ9sKxJs2243VNB9SReHcLbhSWn72tk7zpQ3xsJp04Cf
-----END ENCRYPTED PRIVATE KEY-----
`;

describe('The key file of an autolocked manager', () => {
  it('is opened with the unlock key as Docker writes it without autolock', async () => {
    const opened = await openManagerKey(LOCKED, UNLOCK_KEY);
    assert.equal(isLockedKey(LOCKED), true);
    assert.equal(isLockedKey(opened), false);
    assert.match(opened, /^-----BEGIN PRIVATE KEY-----\nkek-version: 0\nraft-dek: EiD/);
    // The same as the script in docs/swarm-recovery.md makes of it, with other libraries.
    assert.match(opened, /raft-dek: EiDyGOmYh3mfnE3X4PDixZSGIqtrm\/lVFtPioa7KwyLLMg==\n/);
    const body = opened.split('\n').filter((line) => !/^-----|: /.test(line));
    const key = {
      key: Buffer.from(body.join(''), 'base64'),
      format: 'der',
      type: 'pkcs8',
    } as const;
    assert.equal(createPrivateKey(key).asymmetricKeyType, 'ec');
    assert.equal(opened.trimEnd().split('\n').at(-1), '-----END PRIVATE KEY-----');
  });

  it('stays closed to another key, and to what is none', async () => {
    const other = `SWMKEY-1-${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`;
    for (const key of [other, '', 'SWMKEY-1-', `${UNLOCK_KEY}x`, 'nonsense']) {
      await assert.rejects(openManagerKey(LOCKED, key), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'recovery.wrongUnlockKey');
        assert.ok(key === '' || !error.message.includes(key));
        return true;
      });
    }
  });

  it('is refused where it is damaged or of a kind that is not known', async () => {
    const damaged = [
      '',
      'no PEM at all',
      LOCKED.replaceAll('ENCRYPTED PRIVATE KEY', 'EC PRIVATE KEY'),
      LOCKED.replace('raft-dek: CAES', 'raft-dek: CAIS'),
      LOCKED.replace(/raft-dek: .*/, 'raft-dek: CAES'),
      LOCKED.replace(/raft-dek: .*/, 'raft-dek: EP8B'),
    ];
    for (const text of damaged) {
      await assert.rejects(openManagerKey(text, UNLOCK_KEY), { code: 'recovery.badKeyFile' }, text);
    }
  });

  it('is told from one without autolock by its head alone', () => {
    assert.equal(
      isLockedKey(
        '-----BEGIN EC PRIVATE KEY-----\nraft-dek: EiA=\n\nMHc=\n-----END EC PRIVATE KEY-----\n',
      ),
      false,
    );
    assert.equal(
      isLockedKey(
        '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMHc=\n-----END EC PRIVATE KEY-----\n',
      ),
      true,
    );
    assert.throws(() => isLockedKey(''), { code: 'recovery.badKeyFile' });
  });
});
