import { pipeline, Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { snapshotErrors } from '../snapshotErrors';
import type { TarEntry } from './tarEntry';
import { TarScanner } from './tarScanner';

/** The file that a tar holds by itself. */
export interface SingleFile {
  /** Bytes. */
  size: number;
  /** Its first bytes, as many as came; none where it is empty. */
  head: Buffer;
  /** All of its bytes, the first included. Fails where the tar is damaged or ends early. */
  stream: Readable;
}

/** Bytes read ahead. */
const AHEAD = 256 * 1024;

/**
 * Takes the one file out of a tar as its bytes come, as an engine gives it for the path of a file.
 *
 * @param tar destroyed when the file's stream is
 * @param what for messages: "The tar of manager1:/backups/a.tar"
 * @throws `snapshot.badTar`, `snapshot.unexpectedMember` where it holds anything but one file, `snapshot.truncated`,
 *   what makes the tar's stream fail
 */
export async function singleFile(tar: Readable, what: string): Promise<SingleFile> {
  const pieces: Buffer[] = [];
  let found: TarEntry | undefined;
  const strange = (said: string) =>
    snapshotErrors.unexpectedMember({ message: `${what} is not that of one file: ${said}.` });
  const scanner = new TarScanner(
    {
      entry: (entry) => {
        if (found !== undefined) throw strange('there are several entries');
        if (entry.type !== 'file') throw strange(`it holds a ${entry.type}`);
        if (entry.size !== entry.stored) throw strange('it holds a sparse file');
        found = entry;
      },
      data: (buffer, start, end) => void pieces.push(buffer.subarray(start, end)),
    },
    { what, filled: true },
  );
  const file = new Transform({
    highWaterMark: AHEAD,
    transform(chunk: Buffer, _encoding, done) {
      try {
        scanner.push(chunk);
        for (const piece of pieces.splice(0)) this.push(piece);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        scanner.finish();
        if (found === undefined) throw strange('it is empty');
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // Errors reach whoever reads the file.
  pipeline(tar, file, () => undefined);
  await new Promise<void>((resolve, reject) => {
    file.once('readable', resolve);
    file.once('error', reject);
  });
  const head = (file.read() as Buffer | null) ?? Buffer.alloc(0);
  if (head.length > 0) file.unshift(head);
  return { size: found?.size ?? 0, head, stream: file };
}
