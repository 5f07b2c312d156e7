import assert from 'node:assert/strict';
import { addressText, isLocal, parseAddress } from '../../../../src/adapters/consul/address';
import { isClusterBackupError } from '../../../../src/core/errors';

describe('the address of a Consul agent', () => {
  for (const [text, tls, normalised, local] of [
    ['127.0.0.1:8500', undefined, 'http://127.0.0.1:8500', true],
    ['localhost:8500', undefined, 'http://localhost:8500', true],
    ['consul.example', undefined, 'http://consul.example', false],
    ['http://consul.example:8500', false, 'http://consul.example:8500', false],
    ['http://consul.example:80', false, 'http://consul.example', false],
    ['HTTPS://Consul.Example:8501/', true, 'https://consul.example:8501', false],
    ['https://gate.example/consul/a/', true, 'https://gate.example/consul/a', false],
    ['gate.example:80/consul', undefined, 'http://gate.example/consul', false],
    ['[::1]:8500', undefined, 'http://[::1]:8500', true],
    ['https://[2001:db8::1]:8501', true, 'https://[2001:db8::1]:8501', false],
    ['unix:///run/consul.sock', undefined, 'unix:///run/consul.sock', true],
  ] as const) {
    it(`reads ${text}`, () => {
      const address = parseAddress(text);
      assert.equal(address.tls, tls);
      assert.equal(addressText(address, tls ?? false), normalised);
      assert.equal(isLocal(address), local);
    });
  }

  it('keeps a port that is the other scheme’s own', () => {
    assert.equal(addressText(parseAddress('consul.example:80'), true), 'https://consul.example:80');
    assert.equal(addressText(parseAddress('consul.example:443'), true), 'https://consul.example');
  });

  for (const text of [
    '',
    'ftp://consul.example',
    'unix://relative',
    'http://',
    'http://a b',
    'http://host:99999',
    'http://host?x=1',
  ]) {
    it(`refuses "${text}"`, () => {
      assert.throws(
        () => parseAddress(text),
        (error) => isClusterBackupError(error) && error.code === 'consul.badConnection',
      );
    });
  }

  it('refuses a password and does not repeat it', () => {
    assert.throws(
      () => parseAddress('http://user:hunter2secret@host:8500'),
      (error) => isClusterBackupError(error) && !error.message.includes('hunter2secret'),
    );
  });
});
