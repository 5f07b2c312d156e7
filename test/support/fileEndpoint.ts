import { createReadStream, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

// A process of its own: serves one file as a cluster's snapshot, and passes everything else on to a real cluster.
// argv: the cluster's address, the file. Prints its own address.

const [, , cluster = '', file = ''] = process.argv;

const server = createServer((incoming, outgoing) => {
  const { method = 'GET', url = '/' } = incoming;
  if (method === 'GET' && url.startsWith('/v1/snapshot')) {
    outgoing.writeHead(200, {
      'X-Consul-Index': '1',
      'X-Consul-KnownLeader': 'true',
      'X-Consul-LastContact': '0',
      'Content-Length': statSync(file).size,
    });
    createReadStream(file, { highWaterMark: 1 << 20 }).pipe(outgoing);
    return;
  }
  const onward = request(`${cluster}${url}`, { method, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
});

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
