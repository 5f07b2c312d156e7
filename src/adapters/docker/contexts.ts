import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { dockerErrors } from './errors';

/** What Docker's command line keeps of an engine under a name. */
export interface EngineContext {
  host: string;
  /** Folder with ca.pem, cert.pem and key.pem, where it has any of them. */
  tlsFolder: string | undefined;
}

const metaSchema = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string().min(1) }) }),
});
const configSchema = z.object({ currentContext: z.string().optional() });

/**
 * Reads a context as docker/cli cli/context/store does: its folder's name is the SHA-256 of the context's.
 *
 * @param configFolder Docker's own, `~/.docker` as a rule
 * @throws `docker.badContext`
 */
export async function readContext(configFolder: string, name: string): Promise<EngineContext> {
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(configFolder, 'contexts', 'meta', id, 'meta.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const why = code === 'ENOENT' ? 'is not there' : `can't be read (${code})`;
    throw dockerErrors.badContext({
      message: `The Docker context "${name}" ${why}; contexts are looked for in ${configFolder}.`,
      cause,
    });
  });
  const meta = metaSchema.safeParse(parsed(text));
  if (!meta.success) {
    throw dockerErrors.badContext({
      message: `The Docker context "${name}" names no address of an engine (${file}).`,
    });
  }
  const tls = join(configFolder, 'contexts', 'tls', id, 'docker');
  const hasTls = await stat(tls).then(
    () => true,
    () => false,
  );
  return { host: meta.data.Endpoints.docker.Host, tlsFolder: hasTls ? tls : undefined };
}

/** The context that Docker's configuration names as the current one; undefined for `default` and where it says nothing. */
export async function currentContext(configFolder: string): Promise<string | undefined> {
  const file = join(configFolder, 'config.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw dockerErrors.badContext({ message: `${file} can't be read (${code}).`, cause });
  });
  if (text === undefined) return undefined;
  const config = configSchema.safeParse(parsed(text));
  // Another engine than the one meant would be worse than none.
  if (!config.success) {
    throw dockerErrors.badContext({
      message: `${file} is no configuration of Docker: which context is the current one is not known.`,
      next: `Mend ${file}, or say which engine is meant: \`host\` or \`context\`.`,
    });
  }
  const name = config.data.currentContext;
  return name === undefined || name === '' || name === 'default' ? undefined : name;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
