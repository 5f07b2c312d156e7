import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { run } from '../../../src/sandbox/parts/processes';
import { adapterFor, closeAdapters, context, refused, save } from './support';

describe('Consul: connections', function () {
  this.timeout(120_000);
  afterEach(closeAdapters);

  describe('TLS, with a client certificate', () => {
    let consul: RunningConsul;
    let folder: string;
    let tls: { address: string; caFile: string; clientCert: string; clientKey: string };
    before(async () => {
      consul = await startConsul({ tls: true });
      folder = await mkdtemp(join(tmpdir(), 'wrong-ca-'));
      assert.ok(consul.tls);
      const { caFile, certFile: clientCert, keyFile: clientKey } = consul.tls;
      tls = { address: consul.address, caFile, clientCert, clientKey };
    });
    after(async () => {
      await consul.stop();
      await rm(folder, { recursive: true });
    });
    const named = () => ({ ...tls, tlsServerName: consul.tls?.serverName });

    it('backs up', async () => {
      const { report } = await save(adapterFor(named()));
      assert.equal(report.format, 'consul');
      const folderOfCa = join(folder, 'cas');
      await run('mkdir', [folderOfCa]);
      await run('cp', [tls.caFile, folderOfCa]);
      const { caFile: _, ...rest } = named();
      await save(adapterFor({ ...rest, caPath: folderOfCa }));
    });

    it('takes what the environment says, as Consul’s own tool', async () => {
      const { createConsulAdapter } = await import('../../../src/adapters/consul/adapter');
      const adapter = createConsulAdapter(
        { name: 'prod', system: 'consul', connection: {}, secrets: {} },
        {
          CONSUL_HTTP_ADDR: consul.address.replace('https://', ''),
          CONSUL_HTTP_SSL: 'true',
          CONSUL_CACERT: tls.caFile,
          CONSUL_CLIENT_CERT: tls.clientCert,
          CONSUL_CLIENT_KEY: tls.clientKey,
          CONSUL_TLS_SERVER_NAME: consul.tls?.serverName,
        },
      );
      try {
        assert.equal((await adapter.status(context())).datacenter, 'dc1');
      } finally {
        await adapter.close();
      }
    });

    it('refuses without the CA, and with a wrong one', async () => {
      const { caFile: _, ...rest } = named();
      await refused(adapterFor(rest).status(context()), 'http.tlsUntrusted');
      await run(consul.program, ['tls', 'ca', 'create'], { cwd: folder });
      const wrong = join(folder, 'consul-agent-ca.pem');
      const error = await refused(
        adapterFor({ ...rest, caFile: wrong }).backup({ mode: 'consistent' }, context()),
        'http.tlsUntrusted',
      );
      assert.match(error.next, /caFile/);
    });

    it('refuses a certificate for another name', async () => {
      const error = await refused(
        adapterFor({ ...tls, tlsServerName: 'other.example' }).status(context()),
        'http.tlsName',
      );
      assert.match(error.next, /tlsServerName/);
    });

    it('says that a client certificate is wanted', async () => {
      const { clientCert: _, clientKey: __, ...rest } = named();
      const error = await refused(adapterFor(rest).status(context()), 'http.tlsClientCertificate');
      assert.match(error.next, /clientCert/);
    });

    it('says that a client certificate of another CA is not taken', async () => {
      await run(consul.program, ['tls', 'ca', 'create', '-domain=other'], { cwd: folder });
      await run(
        consul.program,
        [
          'tls',
          'cert',
          'create',
          '-client',
          '-domain=other',
          '-ca=other-agent-ca.pem',
          '-key=other-agent-ca-key.pem',
        ],
        { cwd: folder },
      );
      const adapter = adapterFor({
        ...named(),
        clientCert: join(folder, 'dc1-client-other-0.pem'),
        clientKey: join(folder, 'dc1-client-other-0-key.pem'),
      });
      await refused(adapter.status(context()), 'http.tlsClientCertificate');
    });

    it('does without verifying only when told to, and warns', async () => {
      const { caFile: _, ...rest } = tls;
      const status = await adapterFor({ ...rest, insecureSkipVerify: true }).status(context());
      assert.match(status.warnings.join(), /not verified/);
    });

    it('says that the address wants https://', async () => {
      const address = consul.address.replace('https:', 'http:');
      const error = await refused(adapterFor({ address }).status(context()), 'consul.notConsul');
      assert.match(error.next, /https:\/\//);
    });

    it('says that a key file is no key', async () => {
      const file = join(folder, 'key.pem');
      await writeFile(file, 'nothing');
      await refused(
        adapterFor({ ...named(), clientKey: file }).status(context()),
        'consul.badConnection',
      );
    });
  });

  describe('a unix socket', () => {
    let consul: RunningConsul;
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'socket-'));
      consul = await startConsul({
        config: { addresses: { http: `127.0.0.1 unix://${join(folder, 'consul.sock')}` } },
      });
    });
    after(async () => {
      await consul.stop();
      await rm(folder, { recursive: true });
    });

    it('backs up', async () => {
      const { report } = await save(
        adapterFor({ address: `unix://${join(folder, 'consul.sock')}` }),
      );
      assert.equal(report.format, 'consul');
    });

    it('says that there is no such socket', async () => {
      const adapter = adapterFor({ address: `unix://${join(folder, 'none.sock')}` });
      const error = await refused(adapter.status(context()), 'http.unreachable');
      assert.match(error.message, /none\.sock/);
    });

    it('says that an https:// address is none', async () => {
      const address = consul.address.replace('http:', 'https:');
      await refused(adapterFor({ address }).status(context()), 'http.tls');
    });
  });
});
