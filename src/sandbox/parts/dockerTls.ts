import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDebianPackage } from './debian';
import type { Log } from './log';
import { run } from './processes';

/** Certificates as Docker's clients want them: a folder with `ca.pem`, `cert.pem` and `key.pem`. */
export interface EngineCertificates {
  folder: string;
  caFile: string;
  certFile: string;
  keyFile: string;
  /** An authority that signed nothing here. */
  otherCaFile: string;
  /** What the engine itself uses. */
  server: { certFile: string; keyFile: string };
}

/** Makes an authority, a server's and a client's certificate with openssl. `names` are the server's, such as `IP:127.0.0.1`. */
export async function makeEngineCertificates(
  parent: string,
  names: readonly string[],
  log: Log,
): Promise<EngineCertificates> {
  const openssl = await ensureDebianPackage('openssl', 'openssl', log);
  const folder = join(parent, 'tls');
  const own = join(parent, 'tls-server');
  await mkdir(folder);
  await mkdir(own);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = (name: string, file: string, keyFile: string): Promise<string> =>
    run(openssl, [
      ...['req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`],
      ...['-out', file, '-keyout', keyFile],
    ]);
  const caFile = join(folder, 'ca.pem');
  const caKey = join(own, 'ca-key.pem');
  const otherCaFile = join(own, 'other-ca.pem');
  await authority('Engines of the tests', caFile, caKey);
  await authority('Somebody else', otherCaFile, join(own, 'other-ca-key.pem'));

  const sign = async (name: string, extensions: string, file: string, keyFile: string) => {
    const request = join(own, `${name}.csr`);
    const extensionFile = join(own, `${name}.ext`);
    await writeFile(extensionFile, extensions);
    await run(openssl, [
      ...['req', ...key, '-subj', `/CN=${name}`, '-out', request, '-keyout', keyFile],
    ]);
    await run(openssl, [
      ...['x509', '-req', '-in', request, '-CA', caFile, '-CAkey', caKey, '-CAcreateserial'],
      ...['-days', '2', '-extfile', extensionFile, '-out', file],
    ]);
  };
  const server = { certFile: join(own, 'cert.pem'), keyFile: join(own, 'key.pem') };
  await sign(
    'engine',
    `extendedKeyUsage=serverAuth\nsubjectAltName=${names.join(',')}\n`,
    server.certFile,
    server.keyFile,
  );
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  await sign('client', 'extendedKeyUsage=clientAuth\n', certFile, keyFile);
  return { folder, caFile, certFile, keyFile, otherCaFile, server };
}
