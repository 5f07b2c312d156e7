import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { pack } from 'tar-stream';
import { createSwarmArchive } from '../../../src/snapshots/swarm/archiveWriter';
import { SwarmChecker } from '../../../src/snapshots/swarm/checker';
import { walkSwarmArchive } from '../../../src/snapshots/swarm/contents';
import { manifestOf } from './swarm';

// Writes a large archive, checks it, and hands its contents on, each once, in a process of its own that is measured.
// Arguments: file, bytes of content, files.

const FILE_BYTES = 1 << 20;
/** What is asked of a path at a time. */
const CHUNK_BYTES = 1 << 20;

async function write(file: string, bytes: number, files: number): Promise<void> {
  const archive = { volumes: [{ node: 'n', name: 'v', tar: Buffer.alloc(0) }] };
  const writer = createSwarmArchive();
  const out = createWriteStream(file);
  writer.stream.pipe(out);
  await writer.manifest(manifestOf(archive));
  const content = writer.content('volumes/n/v');
  const tar = pack();
  const block = randomBytes(FILE_BYTES);
  const filling = (async () => {
    const put = (name: string, body: Buffer) =>
      new Promise<void>((resolve, reject) => {
        tar.entry({ name }, body, (error) => {
          if (error instanceof Error) reject(error);
          else resolve();
        });
      });
    for (let done = 0; done < bytes; done += FILE_BYTES) await put(`big${done}`, block);
    for (let i = 0; i < files; i++) await put(`small/${i % 100}/${i}`, Buffer.from(String(i)));
    tar.finalize();
  })();
  for await (const chunk of tar as AsyncIterable<Uint8Array>) await content.write(chunk);
  await filling;
  await content.end();
  await writer.finish(new Date(0));
  await once(out, 'finish');
}

async function check(file: string): Promise<void> {
  const checker = new SwarmChecker();
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    await checker.push(chunk as Uint8Array);
  }
  await checker.finish();
}

async function walk(file: string): Promise<string> {
  const hash = createHash('sha256');
  await walkSwarmArchive(createReadStream(file, { highWaterMark: CHUNK_BYTES }), {
    content: () => ({
      write: (chunk) => Promise.resolve(void hash.update(chunk)),
      end: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    }),
  });
  return hash.digest('hex');
}

async function main(): Promise<void> {
  const [file = '', bytes = '0', files = '0'] = process.argv.slice(2);
  const peak = () => process.resourceUsage().maxRSS / 1024;
  const timed = async (run: () => Promise<unknown>) => {
    const before = performance.now();
    await run();
    return Math.round(performance.now() - before);
  };
  // What any run needs stands before the measuring.
  await write(file, 8 * FILE_BYTES, 10);
  await check(file);
  await walk(file);
  const start = peak();
  const times = {
    write: await timed(() => write(file, Number(bytes), Number(files))),
    check: await timed(() => check(file)),
    walk: await timed(() => walk(file)),
  };
  process.stdout.write(JSON.stringify({ grownMiB: Math.round(peak() - start), times }));
}

void main();
