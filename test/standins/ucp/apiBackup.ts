import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { Backup, BackupRequest } from './apiShapes';
import { importUcp, SOCKET } from './image';

/**
 * Makes a backup as the API does it: the product writes it to the manager's disk, as nobody:nogroup.
 * @throws `Error` with the words that become its `shortError`
 */
export async function backUpToDisk(
  engine: RunningEngine,
  version: string,
  backup: Backup,
  request: BackupRequest,
): Promise<void> {
  const image = await importUcp(engine, version);
  await engine
    .docker(
      ...['run', '--rm', '--name', 'ucp', '--log-driver', 'none', ...SOCKET],
      ...['--env', 'UCP_AS_NOBODY=1'],
      ...['--mount', `type=bind,src=${backup.backupPath},dst=/backup`, image],
      ...['backup', '--file', `/backup/${backup.fileName}`],
      `--include-logs=${String(request.includelogs)}`,
      ...(request.nopassphrase ? ['--no-passphrase'] : ['--passphrase', request.passphrase]),
    )
    .catch((error: unknown) => {
      throw new Error(cause(String(error)));
    });
}

/** The line that names the cause; the rest holds the command line, and with it the passphrase. */
function cause(text: string): string {
  const [, quoted] = /level=fatal msg=("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  if (quoted !== undefined) return JSON.parse(quoted) as string;
  const [, plain] = /(?:FATA\[\d+\]|Error response from daemon:) (.*)/.exec(text) ?? [];
  return plain ?? 'unable to create the backup';
}
