import * as vscode from 'vscode';
import type { InspectedSnapshot, KeyRows } from '../../compose/inspections';
import { isCancellation, toErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { DecryptionSecrets, ProgressUpdate } from '../../core/ports';
import type {
  InspectNotice,
  InspectState,
  ShownError,
  ShownSnapshot,
  SortedKeyQuery,
} from '../../protocol/inspectMessages';
import type { Services } from '../services';
import { FileWatch } from './fileWatch';
import type { SnapshotActions } from './snapshotActions';

/**
 * A snapshot file that is open, apart from the panels that show it: where its reading stands, the answers to
 * questions about it, what can be done with it. The bytes are read in a worker thread.
 */
export class SnapshotDocument implements vscode.CustomDocument {
  #state: InspectState = { kind: 'reading' };
  #notice: InspectNotice = { file: 'same' };
  #snapshot: InspectedSnapshot | undefined;
  #decryption: DecryptionSecrets | undefined;
  #reading: AbortController | undefined;
  #reopening: Promise<void> | undefined;
  #disposed = false;
  readonly #watch: FileWatch;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<ProgressUpdate>();
  readonly #noticed = new vscode.EventEmitter<InspectNotice>();

  /** The state is another. */
  readonly onDidChange = this.#changed.event;
  readonly onDidProgress = this.#progressed.event;
  readonly onDidNotice = this.#noticed.event;

  constructor(
    readonly uri: vscode.Uri,
    private readonly services: Pick<Services, 'client' | 'log'>,
    private readonly actions: SnapshotActions,
  ) {
    this.#watch = new FileWatch(uri, (file) => {
      this.#tell({ file });
    });
  }

  get state(): InspectState {
    return this.#state;
  }

  get notice(): InspectNotice {
    return this.#notice;
  }

  private get source() {
    return { kind: 'file', path: this.uri.fsPath } as const;
  }

  /** Reads the file from its beginning; what came before is let go. Never rejects: the state tells. */
  async read(decryption?: DecryptionSecrets): Promise<void> {
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    const { signal } = reading;
    this.#close();
    this.#set({ kind: 'reading' });
    this.#tell({ file: 'same' });
    let secrets = decryption ?? this.#decryption;
    try {
      await this.#watch.remember();
      secrets ??= await this.actions.decryptionFor(this.uri.fsPath);
      const snapshot = await this.services.client.call(
        'inspectOpen',
        { source: this.source, decryption: secrets ?? {} },
        { signal, progress: (update) => this.#progress(reading, update) },
      );
      if (this.#reading !== reading || this.#disposed) {
        this.#closeSession(snapshot.session);
        return;
      }
      this.#snapshot = snapshot;
      this.#decryption = secrets;
      this.#set({ kind: 'shown', snapshot: shownSnapshot(snapshot) });
    } catch (error) {
      if (this.#reading === reading) this.#set(this.#failure(error, secrets));
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /** Stops reading; the panels offer to begin again. */
  cancel(): void {
    this.#reading?.abort();
  }

  /** Asks for what opens the file until it opens or the person gives up. */
  async unlock(): Promise<void> {
    while (this.#state.kind === 'locked' && !this.#disposed) {
      const { by, wrong } = this.#state;
      const secrets = await this.actions.askDecryption(this.source, by, wrong);
      if (secrets === undefined) return;
      await this.read(secrets);
    }
  }

  /** Sizes of keys by prefix. Rejects with a `ClusterBackupError`. */
  keys(query: SortedKeyQuery): Promise<KeyRows> {
    return this.#ask((session) => this.services.client.call('inspectKeys', { session, query }));
  }

  /** Puts what `consul snapshot inspect -format=json -kvdetails` prints on the clipboard. */
  copyJson({ depth, filter }: SortedKeyQuery): Promise<void> {
    return this.#act('copyJson', async () => {
      const kvDetails = { depth, filter };
      const json = await this.#ask((session) =>
        this.services.client.call('inspectJson', { session, kvDetails }),
      );
      await vscode.env.clipboard.writeText(json);
      vscode.window.setStatusBarMessage('$(check) JSON copied', 4_000);
    });
  }

  verify(): Promise<void> {
    return this.#act('verify', async () => {
      const result = await this.actions.verify(this.uri.fsPath, this.#decryption ?? {});
      const before = this.#snapshot;
      if (result === undefined || before === undefined) return;
      const { error: _, ...rest } = before;
      const { verification, report, error } = result;
      this.#snapshot = { ...rest, verification, report, ...(error === undefined ? {} : { error }) };
      this.#set({ kind: 'shown', snapshot: shownSnapshot(this.#snapshot) });
    });
  }

  restore(): Promise<void> {
    return this.#act('restore', async () => {
      await this.actions.restoreFrom(this.uri.fsPath, this.#decryption ?? {});
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#reading?.abort();
    this.#close();
    this.#watch.dispose();
    for (const emitter of [this.#changed, this.#progressed, this.#noticed]) emitter.dispose();
  }

  /**
   * The worker's thread ends when it has rested for a while, and its sessions with it: then the file is read
   * once more, unseen, and asked again.
   */
  async #ask<T>(question: (session: number) => Promise<T>): Promise<T> {
    await this.#reopening;
    const session = this.#snapshot?.session;
    try {
      return await question(session ?? -1);
    } catch (error) {
      if (session === undefined || isCancellation(error)) throw error;
      this.services.log.debug(`${this.uri.fsPath}: read again (${toErrorInfo(error).code})`);
      if (this.#snapshot?.session === session) {
        this.#reopening ??= this.#reopen().finally(() => (this.#reopening = undefined));
      }
      await this.#reopening;
      return question(this.#snapshot?.session ?? -1);
    }
  }

  async #reopen(): Promise<void> {
    const before = this.#snapshot;
    const snapshot = await this.services.client.call('inspectOpen', {
      source: this.source,
      decryption: this.#decryption ?? {},
    });
    // Read anew meanwhile, or closed.
    if (this.#snapshot !== before || before === undefined || this.#disposed) {
      this.#closeSession(snapshot.session);
      return;
    }
    this.#snapshot = snapshot;
    const { identity } = snapshot.report;
    const same =
      identity.id === before.report.identity.id &&
      snapshot.size === before.size &&
      snapshot.error?.code === before.error?.code;
    if (!same) this.#set({ kind: 'shown', snapshot: shownSnapshot(snapshot) });
  }

  async #act(busy: NonNullable<InspectNotice['busy']>, run: () => Promise<void>): Promise<void> {
    if (this.#notice.busy !== undefined || this.#snapshot === undefined) return;
    this.#tell({ busy });
    try {
      await run();
    } finally {
      this.#tell({ busy: undefined });
    }
  }

  #failure(error: unknown, secrets: DecryptionSecrets | undefined): InspectState {
    if (isCancellation(error)) return { kind: 'cancelled' };
    const info = toErrorInfo(error);
    const given = secrets?.passphrase !== undefined || secrets?.privateKeys !== undefined;
    switch (info.code) {
      case 'core.needsPassphrase':
        return { kind: 'locked', by: 'passphrase', wrong: given };
      case 'core.needsKey':
        return { kind: 'locked', by: 'openpgp', wrong: given };
      case 'openpgp.wrongPassphrase':
      case 'openpgp.badPrivateKey': {
        const by = secrets?.privateKeys === undefined ? 'passphrase' : 'openpgp';
        return { kind: 'locked', by, wrong: true };
      }
    }
    this.services.log.error(`${this.uri.fsPath}: ${info.code}: ${info.message}`);
    if (info.detail !== undefined) this.services.log.debug(info.detail);
    return { kind: 'failed', error: shownError(info) };
  }

  #progress(reading: AbortController, progress: ProgressUpdate): void {
    if (this.#reading !== reading) return;
    this.#state = { kind: 'reading', progress };
    this.#progressed.fire(progress);
  }

  #set(state: InspectState): void {
    if (this.#disposed) return;
    this.#state = state;
    this.#changed.fire();
  }

  #tell(change: { file?: InspectNotice['file']; busy?: InspectNotice['busy'] | undefined }): void {
    if (this.#disposed) return;
    const { file, busy } = { ...this.#notice, ...change };
    if (file === this.#notice.file && busy === this.#notice.busy) return;
    this.#notice = { file, ...(busy === undefined ? {} : { busy }) };
    this.#noticed.fire(this.#notice);
  }

  #close(): void {
    const session = this.#snapshot?.session;
    this.#snapshot = undefined;
    if (session !== undefined) this.#closeSession(session);
  }

  #closeSession(session: number): void {
    // Gone already with its thread, as may be.
    this.services.client.call('inspectClose', { session }).catch(() => undefined);
  }
}

/** An error without what is only for the log. */
export function shownError({ code, category, message, next }: ErrorInfo): ShownError {
  return { code, category, message, next };
}

function shownSnapshot(snapshot: InspectedSnapshot): ShownSnapshot {
  const { session: _, error, ...rest } = snapshot;
  return { ...rest, ...(error === undefined ? {} : { error: shownError(error) }) };
}
