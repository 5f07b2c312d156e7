import assert from 'node:assert/strict';
import { backupArguments, versionOf } from '../../../../src/adapters/ucp/versions';

const table = [
  { text: '2.1.4', image: 'docker/ucp:2.1.4', id: true, stops: true, shortest: 1, rule: 'older' },
  { text: '2.2.9', image: 'docker/ucp:2.2.9', id: true, stops: true, shortest: 1, rule: 'older' },
  { text: '3.0.0', image: 'docker/ucp:3.0.0', id: true, stops: true, shortest: 12, rule: 'older' },
  {
    text: '3.1.15',
    image: 'docker/ucp:3.1.15',
    id: true,
    stops: true,
    shortest: 12,
    rule: 'older',
  },
  {
    text: '3.2.0',
    image: 'docker/ucp:3.2.0',
    id: false,
    stops: false,
    shortest: 12,
    rule: 'current',
  },
  {
    text: '3.2.15',
    image: 'docker/ucp:3.2.15',
    id: false,
    stops: false,
    shortest: 12,
    rule: 'current',
  },
  {
    text: '3.3.0',
    image: 'mirantis/ucp:3.3.0',
    id: false,
    stops: false,
    shortest: 12,
    rule: 'current',
  },
  {
    text: '3.8.1',
    image: 'mirantis/ucp:3.8.1',
    id: false,
    stops: false,
    shortest: 12,
    rule: 'current',
  },
];
const long = 'twelve chars';

describe('Versions of UCP and MKE', () => {
  for (const { text, image, id, stops, shortest, rule } of table) {
    it(`${text} takes its own options`, () => {
      const version = versionOf(text);
      assert.equal(version.image, image);
      assert.equal(version.stops, stops);
      assert.equal(version.rule, rule);
      assert.equal(version.passphraseLength, shortest);
      assert.ok(version.described);
      const own = id ? ['--jsonlog', '--id', 'abc'] : ['--jsonlog'];
      assert.deepEqual(backupArguments(version, { instance: 'abc', passphrase: undefined }), [
        ...own,
        ...(id ? [] : ['--no-passphrase']),
      ]);
      assert.deepEqual(backupArguments(version, { instance: 'abc', passphrase: long }), [
        ...own,
        '--passphrase',
        long,
      ]);
      const tooShort = 'x'.repeat(shortest - 1);
      assert.throws(
        () => backupArguments(version, { instance: 'abc', passphrase: tooShort }),
        (error: Error) =>
          'code' in error &&
          error.code === 'ucp.passphraseTooShort' &&
          (tooShort === '' || !error.message.includes(tooShort)),
      );
    });
  }

  it('takes the repository of the entry', () => {
    assert.equal(versionOf('3.8.1', 'registry.local/ucp').image, 'registry.local/ucp:3.8.1');
  });

  it('names the product as its vendor does', () => {
    assert.equal(versionOf('3.2.4').title, 'Docker UCP 3.2.4');
    assert.equal(versionOf('v3.7.2-tp1').title, 'Mirantis MKE 3.7.2-tp1');
  });

  it('says of a newer one that nobody described it', () => {
    assert.equal(versionOf('3.9.0').described, false);
    assert.equal(versionOf('3.9.0').choosesPassphrase, true);
  });

  it('refuses what is another product, too old, or no version', () => {
    const code = (text: string): unknown => {
      try {
        versionOf(text);
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    assert.equal(code('4.0.0'), 'ucp.otherProduct');
    assert.equal(code('10.1'), 'ucp.otherProduct');
    assert.equal(code('1.1.2'), 'ucp.tooOld');
    for (const text of ['', 'latest', '3', '3.x', '3.2.1; rm -rf /', `3.2.${'9'.repeat(100)}`]) {
      assert.equal(code(text), 'ucp.unknownVersion', text);
    }
  });

  it('asks for the instance where the product does', () => {
    assert.throws(() =>
      backupArguments(versionOf('3.1.0'), { instance: undefined, passphrase: undefined }),
    );
  });
});
