import * as vscode from 'vscode';
import type { VerifyResult } from '../../core/operations/verify';
import { isCancellation, toErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { DecryptionSecrets, ProgressUpdate } from '../../core/ports';
import type { FileNotice, FileState, ShownError } from '../../protocol/fileMessages';
import type { CallOptions } from '../../workers/operationsClient';
import type { Services } from '../services';
import type { FileActions } from './fileActions';
import { FileWatch } from './fileWatch';

/** What a worker gives for a file it has read: a session for further questions, and what its check found. */
interface Opened {
  session: number;
  size: number;
  verification: VerifyResult['verification'];
  report: VerifyResult['report'];
  error?: ErrorInfo;
}

/** What of it the page gets: its session is the host's own affair. */
export type ShownOf<O> = Omit<O, 'session' | 'error'> & { error?: ShownError };

/** What a panel needs of the document that it shows. */
export interface ShownDocument extends vscode.CustomDocument {
  readonly state: FileState<unknown>;
  readonly notice: FileNotice;
  readonly onDidChange: vscode.Event<void>;
  readonly onDidProgress: vscode.Event<ProgressUpdate>;
  readonly onDidNotice: vscode.Event<FileNotice>;
  read(): Promise<void>;
  cancel(): void;
  unlock(): Promise<void>;
  verify(): Promise<void>;
  restore(): Promise<void>;
}

/**
 * A file that is read in a worker thread and shown in a page, apart from the panels that show it: where its reading
 * stands, what happens to it on the disk, what can be done with it.
 */
export abstract class FileDocument<
  O extends Opened = Opened,
  Busy extends string = 'verify' | 'restore',
> implements ShownDocument {
  #state: FileState<ShownOf<O>> = { kind: 'reading' };
  #notice: FileNotice<Busy> = { file: 'same' };
  #opened: O | undefined;
  #decryption: DecryptionSecrets | undefined;
  #reading: AbortController | undefined;
  #reopening: Promise<void> | undefined;
  #disposed = false;
  readonly #watch: FileWatch;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<ProgressUpdate>();
  readonly #noticed = new vscode.EventEmitter<FileNotice<Busy>>();

  /** The state is another. */
  readonly onDidChange = this.#changed.event;
  readonly onDidProgress = this.#progressed.event;
  readonly onDidNotice = this.#noticed.event;
  readonly #closed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#closed.event;

  constructor(
    readonly uri: vscode.Uri,
    protected readonly services: Pick<Services, 'client' | 'log'>,
    protected readonly actions: FileActions,
  ) {
    this.#watch = new FileWatch(uri, (file) => {
      this.#tell({ file });
    });
  }

  protected abstract open(decryption: DecryptionSecrets, options: CallOptions): Promise<O>;
  protected abstract closeSession(session: number): Promise<void>;
  /** Whether two readings show the same. */
  protected abstract same(before: O, after: O): boolean;

  get state(): FileState<ShownOf<O>> {
    return this.#state;
  }

  get notice(): FileNotice<Busy> {
    return this.#notice;
  }

  protected get source() {
    return { kind: 'file', path: this.uri.fsPath } as const;
  }

  /** What opened the file. */
  protected get decryption(): DecryptionSecrets {
    return this.#decryption ?? {};
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
      const progress = (update: ProgressUpdate): void => this.#progress(reading, update);
      const opened = await this.open(secrets ?? {}, { signal, progress });
      if (this.#reading !== reading || this.#disposed) {
        this.#letGo(opened.session);
        return;
      }
      this.#decryption = secrets;
      this.#show(opened);
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

  verify(): Promise<void> {
    return this.act('verify' as Busy, async () => {
      const result = await this.actions.verify(this.uri.fsPath, this.decryption);
      const before = this.#opened;
      if (result === undefined || before === undefined) return;
      const { error: _, ...rest } = before;
      const { verification, report, error } = result;
      this.#show({
        ...(rest as O),
        verification,
        report,
        ...(error === undefined ? {} : { error }),
      });
    });
  }

  restore(): Promise<void> {
    return this.act('restore' as Busy, async () => {
      await this.actions.restoreFrom(this.uri.fsPath, this.decryption);
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#reading?.abort();
    this.#close();
    this.#watch.dispose();
    this.#closed.fire();
    for (const emitter of [this.#changed, this.#progressed, this.#noticed, this.#closed]) {
      emitter.dispose();
    }
  }

  /**
   * Asks about what was read. The worker's thread ends when it has rested for a while, and its sessions with it:
   * then the file is read once more, unseen, and asked again.
   */
  protected async ask<T>(question: (session: number) => Promise<T>): Promise<T> {
    await this.#reopening;
    const session = this.#opened?.session;
    try {
      return await question(session ?? -1);
    } catch (error) {
      if (session === undefined || isCancellation(error)) throw error;
      this.services.log.debug(`${this.uri.fsPath}: read again (${toErrorInfo(error).code})`);
      if (this.#opened?.session === session) {
        this.#reopening ??= this.#reopen().finally(() => (this.#reopening = undefined));
      }
      await this.#reopening;
      return question(this.#opened?.session ?? -1);
    }
  }

  /** Runs an action of the header; one at a time. */
  protected async act(busy: Busy, run: () => Promise<void>): Promise<void> {
    if (this.#notice.busy !== undefined || this.#opened === undefined) return;
    this.#tell({ busy });
    try {
      await run();
    } finally {
      this.#tell({ busy: undefined });
    }
  }

  async #reopen(): Promise<void> {
    const before = this.#opened;
    const opened = await this.open(this.decryption, {});
    // Read anew meanwhile, or closed.
    if (this.#opened !== before || before === undefined || this.#disposed) {
      this.#letGo(opened.session);
      return;
    }
    const same =
      this.same(before, opened) &&
      opened.size === before.size &&
      opened.error?.code === before.error?.code;
    if (same) this.#opened = opened;
    else this.#show(opened);
  }

  #failure(error: unknown, secrets: DecryptionSecrets | undefined): FileState<ShownOf<O>> {
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

  #show(opened: O): void {
    this.#opened = opened;
    const { session: _, error, ...rest } = opened;
    const shown = { ...rest, ...(error === undefined ? {} : { error: shownError(error) }) };
    this.#set({ kind: 'shown', shown });
  }

  #set(state: FileState<ShownOf<O>>): void {
    if (this.#disposed) return;
    this.#state = state;
    this.#changed.fire();
  }

  #tell(change: { file?: FileNotice['file']; busy?: Busy | undefined }): void {
    if (this.#disposed) return;
    const { file, busy } = { ...this.#notice, ...change };
    if (file === this.#notice.file && busy === this.#notice.busy) return;
    this.#notice = { file, ...(busy === undefined ? {} : { busy }) };
    this.#noticed.fire(this.#notice);
  }

  #close(): void {
    const session = this.#opened?.session;
    this.#opened = undefined;
    if (session !== undefined) this.#letGo(session);
  }

  #letGo(session: number): void {
    // Gone already with its thread, as may be.
    this.closeSession(session).catch(() => undefined);
  }
}

/** An error without what is only for the log. */
export function shownError({ code, category, message, next }: ErrorInfo): ShownError {
  return { code, category, message, next };
}
