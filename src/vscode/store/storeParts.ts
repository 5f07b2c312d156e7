// Loaded late, in one piece.
export { systems } from '../../adapters/registry';
export { readConfigFile } from '../../compose/configFiles';
export { resolveCluster } from '../../compose/resolvedCluster';
export { vaultOptions } from '../../compose/vaultOptions';
export { openFolderVault } from '../../vaults/folder/folderVault';
