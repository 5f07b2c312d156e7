/** What the core asks of adapters, snapshot formats, encryption and vaults; and what it gives them. */
export * from './ports/run';
export * from './ports/system';
export * from './ports/backup';
export * from './ports/hosted';
export * from './ports/adapter';
export * from './ports/snapshot';
export * from './ports/encryption';
export * from './ports/vault';
