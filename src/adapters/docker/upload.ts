import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const BUFFERED = 1024 * 1024;

/** What may befall an upload, told to whoever words it. */
export interface UploadWatch {
  /** Milliseconds in which the engine has to take something. */
  idle: number;
  /** Called when all of it has been given to the connection. */
  sent: () => void;
  /** Called when the engine took nothing more. */
  silent: (bytes: number) => void;
  /** Called when the source failed, so that the request is cut off and the engine never has a whole one. */
  failed: (error: unknown) => void;
}

/** Bytes on their way to the engine, watched. `end` is to be called when all is over. */
export function watchUpload(
  source: Readable,
  watch: UploadWatch,
): { body: Readable; end: () => void } {
  let last = Date.now();
  let bytes = 0;
  const body = new Transform({
    highWaterMark: BUFFERED,
    transform(chunk: Buffer, _encoding, done) {
      last = Date.now();
      bytes += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      watch.sent();
      done();
    },
  });
  const look = (): void => {
    const full = body.readableLength >= body.readableHighWaterMark;
    if (full && Date.now() - last >= watch.idle) watch.silent(bytes);
  };
  const timer = setInterval(look, Math.max(10, Math.min(1000, watch.idle / 4)));
  pipeline(source, body).catch(watch.failed);
  return {
    body,
    end: () => {
      clearInterval(timer);
      body.destroy();
    },
  };
}
