import { readFile } from 'node:fs/promises';
import { configErrors } from '../core/config/configErrors';

/** A secret is a word or a key; what is longer is another file by mistake. */
const MOST_BYTES = 64 * 1024;

/**
 * A secret from the environment: the variable itself, else the content of the file that `<variable>_FILE` names, as
 * services get their secrets (systemd, Swarm, Kubernetes), without one newline at its end. Read anew each time, for a
 * secret may be changed while an agent runs. Undefined or empty: there is none.
 *
 * @throws `config.unreadable`
 */
export async function environmentSecret(
  env: Readonly<Record<string, string | undefined>>,
  variable: string,
): Promise<string | undefined> {
  const value = env[variable];
  if (value) return value;
  const file = env[`${variable}_FILE`];
  if (!file) return value;
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw configErrors.unreadable({
      message: `The file ${file}, which the environment variable ${variable}_FILE names, can't be read.`,
      cause,
    });
  }
  if (bytes.length > MOST_BYTES) {
    throw configErrors.unreadable({
      message: `The file ${file}, which the environment variable ${variable}_FILE names, is too large for a secret.`,
      next: 'Name the file that holds the secret and nothing else.',
    });
  }
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}
