import { pack } from 'tar-stream';
import { FileIndex } from '../../../src/snapshots/tar/fileIndex';
import { UcpChecker } from '../../../src/snapshots/ucp/checker';
import { certificate, ucpMembers } from './ucp';

// Checks a backup of many files that is made as it is read, in a process of its own that is measured.
// Arguments: files, bytes of one more file.

const BLOCK = Buffer.alloc(1 << 20, 7);

async function* archive(files: number, bytes: number): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const put = (header: Parameters<typeof tar.entry>[0], body: Buffer | string) =>
    new Promise<void>((resolve, reject) => {
      tar.entry(header, body, (error) => (error instanceof Error ? reject(error) : resolve()));
    });
  const filling = (async () => {
    for (const { content, ...header } of ucpMembers()) await put(header, content ?? '');
    for (let i = 0; i < files; i++) {
      const isPem = i % 100 === 0;
      const name = `./ucp-auth-store-data/${i % 211}/file-with-a-longer-name-${i}${isPem ? '.pem' : ''}`;
      await put({ name }, isPem ? certificate('ca') : String(i));
    }
    const big = tar.entry({ name: './ucp-kv/big', size: bytes });
    for (let done = 0; done < bytes; done += BLOCK.length) {
      const part = BLOCK.subarray(0, Math.min(BLOCK.length, bytes - done));
      if (!big.write(part)) await new Promise<void>((resolve) => big.once('drain', resolve));
    }
    big.end(null);
    tar.finalize();
  })();
  yield* tar as AsyncIterable<Uint8Array>;
  await filling;
}

async function check(files: number, bytes: number, index?: FileIndex) {
  const checker = new UcpChecker(index && ((entry) => index.add(entry)));
  for await (const chunk of archive(files, bytes)) await checker.push(chunk);
  return checker.finish();
}

async function main(): Promise<void> {
  const [files = 0, bytes = 0] = process.argv.slice(2).map(Number);
  const peak = () => process.resourceUsage().maxRSS / 1024;
  // What any run needs stands before the measuring.
  await check(2_000, 8 << 20, new FileIndex());
  const start = peak();
  const report = await check(files, bytes);
  const checked = peak();
  const index = new FileIndex();
  await check(files, 0, index);
  const { total } = index.query({ path: '', from: 0, limit: 10, filter: 'longer-name-9' });
  process.stdout.write(
    JSON.stringify({
      counts: report.counts,
      found: total,
      checkGrewMiB: Math.round(checked - start),
      indexGrewMiB: Math.round(peak() - checked),
    }),
  );
}

void main();
