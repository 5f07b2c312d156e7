import { basename } from 'node:path';
import * as vscode from 'vscode';
import { coreErrors, isClusterBackupError } from '../core/errors';
import type { DecryptionSecrets } from '../core/ports';
import { named, planText } from './commands/pruneWords';
import { configuredDecryption, withDecryption } from './decryption';
import { tellChanged } from './definitionDocuments';
import { definitionUri, parseDefinitionUri } from './definitionUris';
import type { DefinitionQuery } from './definitionUris';
import { openArchive } from './editors/openArchives';
import type { TextKind } from './editors/archiveDocument';
import { ownerOf } from './ownerOf';
import { progressText } from './progressText';
import { prunePlace, prunesOnPlatform } from './prunes';
import type { Services } from './services';
import type { ClusterEntry } from './store/clusterStore';

const UNKNOWN = 'core.unknownBackup';

/** Texts that were read for documents that are open now, by the document's address. */
const texts = new Map<string, string>();

/** Opens a text as a document; it is not read again for that. */
export async function openText(
  title: string,
  query: DefinitionQuery,
  text: string,
): Promise<vscode.Uri> {
  const uri = definitionUri(title, query);
  texts.set(uri.toString(), text);
  tellChanged(uri);
  await vscode.workspace.openTextDocument(uri);
  return uri;
}

/** The document was closed: its text is let go. */
export function forgetText(uri: vscode.Uri): void {
  texts.delete(uri.toString());
}

/** The text of a document, read where it is not at hand: e.g. after the window was opened again. */
export async function definitionText(services: Services, uri: vscode.Uri): Promise<string> {
  const known = texts.get(uri.toString());
  if (known !== undefined) return known;
  const query = parseDefinitionUri(uri);
  if (query === undefined) throw gone('This is no document of Cluster Backup.');
  if (query.of === 'nothing') return '';
  if (query.of === 'retention' || query.of === 'config') return query.text;
  if (query.of === 'export') return (await readExport(services, query.path)).text;
  if (query.of === 'backup') return (await readArchived(services, query)).text ?? '';
  const entry = services.store.entries.find(({ key }) => key === query.cluster);
  if (entry === undefined) throw gone('The cluster is not configured any more.');
  if (query.of === 'prune') return prunePlan(services, entry);
  const cluster = await services.store.resolve(entry, services.secrets.stored);
  return (await services.client.call('liveText', { cluster, id: query.id })) ?? '';
}

async function prunePlan(services: Services, entry: ClusterEntry): Promise<string> {
  const { policy } = entry.config;
  if (policy === undefined) throw gone('The cluster has no policy any more.');
  const place = await prunePlace(services.store, entry, services.secrets.stored);
  const plan = await services.client.call('planPrune', { ...place, policy });
  return planText(prunesOnPlatform(entry) ? named(plan) : plan);
}

/** A definition's text in a backup; absent where the backup has none of that id. */
export interface ArchivedText {
  text?: string;
  /** When the backup was made. */
  created?: string;
}

/** Asks the archive that is open, or reads its file: what opens it is asked for where it is not known. */
export async function readArchived(
  services: Services,
  { path, id, as }: { path: string; id: string; as: TextKind },
): Promise<ArchivedText> {
  const document = openArchive(path);
  if (document !== undefined) {
    const { created, state } = document;
    const listed = state.kind === 'shown' && state.shown.definitions.some((one) => one.id === id);
    if (as === 'portable' && !listed) return created === undefined ? {} : { created };
    return withText(() => document.text(id, as), created);
  }
  return decrypted(services, path, (decryption) => readFrom(services, path, decryption, id, as));
}

/** The whole text of an export: what opens it is asked for where it is not known. */
export function readExport(
  services: Services,
  path: string,
): Promise<{ text: string; created: string }> {
  const source = { kind: 'file', path } as const;
  return decrypted(services, path, (decryption) =>
    reading(path, (options) => services.client.call('exportText', { source, decryption }, options)),
  );
}

async function decrypted<T>(
  services: Services,
  path: string,
  read: (decryption: DecryptionSecrets) => Promise<T>,
): Promise<T> {
  const owner = ownerOf(services.store, path);
  const configured = owner === undefined ? {} : await configuredDecryption(services, owner);
  const found = await withDecryption(services, path, configured, read);
  if (found === undefined) throw coreErrors.cancelled({ message: 'Cancelled.' });
  return found;
}

/** Told how far it is, and can be cancelled. */
async function reading<T>(
  path: string,
  read: (options: {
    signal: AbortSignal;
    progress: (update: Parameters<typeof progressText>[0]) => void;
  }) => Promise<T>,
): Promise<T> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Reading ${basename(path)}`,
    cancellable: true,
  };
  return await vscode.window.withProgress(options, (notification, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const progress = (update: Parameters<typeof progressText>[0]): void =>
      notification.report({ message: progressText(update) });
    return read({ signal: abort.signal, progress });
  });
}

async function readFrom(
  { client }: Services,
  path: string,
  decryption: DecryptionSecrets,
  id: string,
  as: TextKind,
): Promise<ArchivedText> {
  const source = { kind: 'file', path } as const;
  if (as === 'portable') {
    const params = { source, decryption, id };
    return reading(path, (options) => client.call('comparableText', params, options));
  }
  const opened = await reading(path, (options) =>
    client.call('archiveOpen', { source, decryption }, options),
  );
  const { session, manifest } = opened;
  try {
    return await withText(() => client.call('archiveText', { session, id, as }), manifest?.created);
  } finally {
    await client.call('archiveClose', { session });
  }
}

async function withText(
  read: () => Promise<string>,
  created: string | undefined,
): Promise<ArchivedText> {
  const when = created === undefined ? {} : { created };
  try {
    return { text: await read(), ...when };
  } catch (error) {
    // The backup does not have it.
    if (isClusterBackupError(error) && error.code === UNKNOWN) return when;
    throw error;
  }
}

function gone(message: string): Error {
  return coreErrors.unknownBackup({ message });
}
