import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerErrors } from './errors';

/**
 * Reads the engine's address from the `env.sh` of a client bundle of UCP or MKE. The file is parsed, never run: only a
 * plain `export DOCKER_HOST=…` counts.
 *
 * @throws `docker.badBundle`
 */
export async function readBundleHost(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'env.sh'), 'utf8').catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw dockerErrors.badBundle({
      message: `The client bundle ${folder} has no env.sh that can be read (${code}).`,
      cause,
    });
  });
  const host = bundleHost(text);
  if (host === undefined) {
    throw dockerErrors.badBundle({
      message: `The env.sh of the client bundle ${folder} names no engine: no plain line "export DOCKER_HOST=tcp://…".`,
    });
  }
  return host;
}

/** The value of DOCKER_HOST in a shell script of exports; undefined where none is plain text. */
export function bundleHost(script: string): string | undefined {
  let host: string | undefined;
  for (const line of script.split(/\r?\n/)) {
    const [, double, single, bare] =
      /^\s*(?:export\s+)?DOCKER_HOST=(?:"([^"]*)"|'([^']*)'|([^\s"'#;&|]*))\s*(?:#.*)?$/.exec(
        line,
      ) ?? [];
    const value = double ?? single ?? bare;
    if (value !== undefined && value !== '') host = value;
  }
  return host === undefined || /[$`\\]/.test(host) ? undefined : host;
}
