import { open } from 'node:fs/promises';
import type { Operations } from '../compose/operations';
import type { ActivityStore } from '../core/operations/activity';
import type { Clock, Log, SystemDefinition, Vault } from '../core/ports';
import type { UserFolders } from '../compose/userFolders';
import type { ParsedConfig } from '../core/config/parse';
import type { Terminal } from './terminal';

export type EncryptionKind = 'none' | 'passphrase' | 'openpgp';

/** What the commands work with. Each part loads when it is first used, so that `--help` is quick. */
export interface Services {
  readonly clock: Clock;
  folders(): Promise<UserFolders>;
  systems(): Promise<readonly SystemDefinition[]>;
  /** Undefined when the file is not there. */
  readConfig(file: string): Promise<ParsedConfig | undefined>;
  operations(): Promise<Operations>;
  openVault(folder: string, log: Log): Promise<Vault>;
  activities(): Promise<ActivityStore>;
  /** How a file is encrypted, from its first bytes. */
  detectEncryption(path: string): Promise<EncryptionKind>;
  /** Who runs this, for the journal. */
  owner(): Promise<string>;
}

/** Enough to tell an OpenPGP message. */
const HEAD_BYTES = 4096;

/** The real parts. */
export function realServices(terminal: Terminal): Services {
  const clock = { now: () => new Date() };
  const folders = async () => (await import('../compose/userFolders')).userFolders(terminal.env);
  const owner = async () => (await import('../stores/activityOwner')).activityOwner('command line');
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
    async operations() {
      const { createOperations } = await import('../compose/operations');
      const { activities, state } = await folders();
      return createOperations({ activities, state, by: await owner(), env: terminal.env });
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
