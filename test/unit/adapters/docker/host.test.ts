import assert from 'node:assert/strict';
import { hostProblem, hostText, parseHost, usesTls } from '../../../../src/adapters/docker/host';
import { sshArguments, sshReason } from '../../../../src/adapters/docker/ssh';
import { bindingOf, warningsOf } from '../../../../src/adapters/docker/fields';

const text = (address: string): string => {
  const host = parseHost(address);
  return hostText(host, usesTls(host, false));
};

describe("an engine's address", () => {
  it('is taken in every form that Docker knows, and said in one', () => {
    assert.equal(text('unix:///run/docker.sock'), 'unix:///run/docker.sock');
    assert.equal(text('/run/docker.sock'), 'unix:///run/docker.sock');
    assert.equal(text('npipe:////./pipe/docker_engine'), 'npipe:////./pipe/docker_engine');
    assert.equal(text('tcp://10.0.0.5'), 'tcp://10.0.0.5:2375');
    assert.equal(text('10.0.0.5:2376'), 'tcp://10.0.0.5:2376');
    assert.equal(text('tcp://[fd00::1]:2376/'), 'tcp://[fd00::1]:2376');
    assert.equal(text('https://ucp.example.com'), 'tcp://ucp.example.com:443');
    assert.equal(text('tcp://ucp.example.com:443'), 'tcp://ucp.example.com:443');
    assert.equal(text('ssh://ops@node1:2222'), 'ssh://ops@node1:2222');
    assert.equal(
      text('ssh://node1/run/user/1000/docker.sock'),
      'ssh://node1/run/user/1000/docker.sock',
    );
  });

  it('means TLS by its scheme, by port 2376 or where TLS is configured', () => {
    const tls = (address: string, files = false): boolean => usesTls(parseHost(address), files);
    assert.deepEqual(
      [
        tls('tcp://a:2376'),
        tls('tcp://a:2375'),
        tls('tcp://a:2375', true),
        tls('http://a:2376', true),
      ],
      [true, false, true, false],
    );
    assert.deepEqual([tls('https://a:1'), tls('unix:///s', true)], [true, false]);
  });

  it('is refused with a reason where it is none, and a password in it is never shown', () => {
    for (const wrong of [
      ...['unix://relative', 'ftp://a', 'tcp://', 'tcp://a/path', 'tcp://a:99999', 'npipe://x'],
      ...['ssh://', 'ssh://ops:topsecret@node1', 'tcp://ops:topsecret@node1', 'ssh://a:0'],
    ]) {
      const problem = hostProblem(wrong);
      assert.ok(problem, wrong);
      assert.ok(!problem.includes('topsecret'));
    }
  });

  it('lets nothing through that ssh or a shell would take for something else', () => {
    for (const hostile of [
      ...[
        'ssh://-oProxyCommand=id',
        'ssh://-oProxyCommand=id@node1',
        'ssh://node1;id',
        'ssh://a b',
      ],
      ...['ssh://ops;id@node1', 'ssh://node1/run/$(id)', 'ssh://node1/run/a b', 'ssh://node1/x;id'],
      ...['ssh://$(id)@node1', 'ssh://ops@-oProxyCommand=id', 'ssh://`id`'],
    ]) {
      assert.ok(hostProblem(hostile), hostile);
    }
    const host = parseHost('ssh://ops@node1:2222/run/user/1/docker.sock');
    assert.equal(host.kind, 'ssh');
    assert.deepEqual(sshArguments(host, 2500), [
      ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=3', '-T', '-l', 'ops', '-p', '2222'],
      ...['--', 'node1', 'docker', '--host', 'unix:///run/user/1/docker.sock'],
      ...['system', 'dial-stdio'],
    ]);
  });

  it('binds secrets to itself, and warns where it is spoken to in clear', () => {
    assert.equal(bindingOf({ host: 'tcp://a', caFile: '/ca' }), 'tcp://a:2376');
    assert.equal(bindingOf({ host: '/s' }), 'unix:///s');
    assert.equal(bindingOf({ context: 'prod' }), 'context:prod');
    assert.notEqual(bindingOf({}), bindingOf({ clientBundle: '/b' }));
    assert.match(warningsOf({ host: 'tcp://a:2375' }).join(), /plain TCP/);
    assert.match(
      warningsOf({ host: 'tcp://a:2376', insecureSkipVerify: true }).join(),
      /not verified/,
    );
    assert.deepEqual(warningsOf({ host: 'tcp://127.0.0.1:2375' }), []);
    assert.deepEqual(warningsOf({ host: 'ssh://a' }), []);
  });

  it('passes on what ssh said, in one line without its ornaments', () => {
    const said =
      '@@@@@@@\r\n@ WARNING: HOST IDENTIFICATION HAS CHANGED! @\n\u001b[1mHost key verification failed.\n';
    assert.match(
      sshReason(said, 255),
      /^ssh says: .*CHANGED! @ \[1mHost key verification failed\.$/,
    );
    assert.match(sshReason(' \n', 255), /ended with 255 and said nothing/);
  });
});
