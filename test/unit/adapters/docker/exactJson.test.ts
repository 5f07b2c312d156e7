import assert from 'node:assert/strict';
import { parseExact, stringifyExact } from '../../../../src/adapters/docker/exactJson';
import { bundleHost } from '../../../../src/adapters/docker/bundle';
import { engineWords } from '../../../../src/adapters/docker/wire';

describe('JSON of an engine', () => {
  it('keeps integers that a number can not hold, and gives the others as numbers', () => {
    const text =
      '{"Index":18446744073709551615,"Min":-9223372036854775808,"Nano":9007199254740993,"Safe":9007199254740991,"Half":0.5,"Text":"18446744073709551615"}';
    const value = parseExact(text);
    assert.deepEqual(value, {
      Index: 18446744073709551615n,
      Min: -9223372036854775808n,
      Nano: 9007199254740993n,
      Safe: 9007199254740991,
      Half: 0.5,
      Text: '18446744073709551615',
    });
    assert.equal(stringifyExact(value), text);
  });

  it('gives what has no long number just as the language does', () => {
    const text = '{"a":[1,-2.5e3,null,true,"\\u00e4"],"b":{}}';
    assert.deepEqual(parseExact(text), JSON.parse(text));
    assert.throws(() => parseExact('{"a":'), SyntaxError);
    assert.throws(() => parseExact('{"a":18446744073709551615'), SyntaxError);
  });

  it('takes no key for the prototype', () => {
    const value = parseExact('{"__proto__":{"x":18446744073709551615}}') as object;
    assert.equal((value as { x?: unknown }).x, undefined);
    assert.deepEqual(Object.keys(value), ['__proto__']);
  });
});

describe('words of an engine', () => {
  it('are one line, from JSON or not', () => {
    assert.equal(engineWords('{"message":"No such\\n image."}'), 'No such image');
    assert.equal(engineWords('<html>\nbad gateway</html>'), '<html> bad gateway</html>');
    assert.equal(engineWords('x'.repeat(5000)).length, 2000);
  });
});

describe('the env.sh of a client bundle', () => {
  it('names the engine in plain text, however it is quoted', () => {
    const real =
      'export DOCKER_TLS_VERIFY=1\nexport DOCKER_CERT_PATH="$(pwd)"\r\nexport DOCKER_HOST=tcp://ucp:443\n#\n# Run this\n';
    assert.equal(bundleHost(real), 'tcp://ucp:443');
    assert.equal(bundleHost('export DOCKER_HOST="tcp://a:1"'), 'tcp://a:1');
    assert.equal(bundleHost("DOCKER_HOST='tcp://a:1' # here"), 'tcp://a:1');
  });

  it('is never run', () => {
    for (const hostile of [
      ...[
        'export DOCKER_HOST=$(id)',
        'export DOCKER_HOST="`id`"',
        'export DOCKER_HOST=tcp://$HOST',
      ],
      ...[
        '# export DOCKER_HOST=tcp://a:1',
        'export DOCKER_HOST=',
        'export OTHER_DOCKER_HOST=tcp://a:1',
        '',
      ],
    ]) {
      assert.equal(bundleHost(hostile), undefined, hostile);
    }
  });
});
