import { open } from 'node:fs/promises';
import type { Operations } from '../compose/operations';
import type { ActivityStore } from '../core/operations/activity';
import type { Clock, Log, SystemDefinition, Vault } from '../core/ports';
import type { UserFolders } from '../compose/userFolders';
import type { ParsedConfig } from '../core/config/parse';
import type { Terminal } from './terminal';

/** What runs an operation, for the journal. */
export type Runner = 'command line' | 'agent';

export type EncryptionKind = 'none' | 'passphrase' | 'openpgp';

/** What the commands work with. Each part loads when it is first used, so that `--help` is quick. */
export interface Services {
  readonly clock: Clock;
  folders(): Promise<UserFolders>;
  systems(): Promise<readonly SystemDefinition[]>;
  /** Undefined when the file is not there. */
  readConfig(file: string): Promise<ParsedConfig | undefined>;
  /** @param as what runs them, for the journal; default: the command line */
  operations(as?: Runner): Promise<Operations>;
  openVault(folder: string, log: Log): Promise<Vault>;
  activities(): Promise<ActivityStore>;
  /** How a file is encrypted, from its first bytes. */
  detectEncryption(path: string): Promise<EncryptionKind>;
  /** Who runs this, for the journal. */
  owner(as?: Runner): Promise<string>;
  /** From now on SIGHUP calls this instead of cancelling; gives back what undoes it. */
  onHangUp(listener: () => void): () => void;
}

/** Enough to tell an OpenPGP message. */
const HEAD_BYTES = 4096;

/** Who is called by SIGHUP; undefined: it cancels. */
export interface HangUp {
  listener: (() => void) | undefined;
}

/** The real parts. */
export function realServices(terminal: Terminal, hangUp: HangUp): Services {
  const clock = { now: () => new Date() };
  const folders = async () => (await import('../compose/userFolders')).userFolders(terminal.env);
  const owner = async (as: Runner = 'command line') =>
    (await import('../stores/activityOwner')).activityOwner(as);
  const systems = async () => (await import('../adapters/registry')).systems;
  return {
    clock,
    folders,
    systems,
    owner,
    async readConfig(file) {
      const { readConfigFile } = await import('../compose/configFiles');
      return readConfigFile(file, await systems(), (await folders()).vault);
    },
    async operations(as) {
      const { createOperations } = await import('../compose/operations');
      const { activities, state } = await folders();
      return createOperations({ activities, state, by: await owner(as), env: terminal.env });
    },
    async openVault(folder, log) {
      const { openFolderVault } = await import('../vaults/folder/folderVault');
      const { vaultOptions } = await import('../compose/vaultOptions');
      return openFolderVault(vaultOptions(folder, log));
    },
    async activities() {
      const { openActivityFolder } = await import('../stores/activityFolder');
      return openActivityFolder({ folder: (await folders()).activities, clock });
    },
    onHangUp(listener) {
      hangUp.listener = listener;
      return () => (hangUp.listener = undefined);
    },
    async detectEncryption(path) {
      const { encryptor } = await import('../compose/parts');
      const file = await open(path, 'r');
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
        return (await (await encryptor()).detect(buffer.subarray(0, bytesRead))).kind;
      } finally {
        await file.close();
      }
    },
  };
}
