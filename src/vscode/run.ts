import * as vscode from 'vscode';
import { isCancellation, toErrorInfo } from '../core/errors';
import type { ErrorInfo } from '../core/errors';
import { editorErrors } from './editorErrors';
import type { Services } from './services';

export interface RunOptions {
  /** Commands that only look may run in a workspace that is not trusted. */
  untrusted?: boolean;
}

/**
 * The one funnel around every command: trust, time, log, and errors as the person gets them. Resolves to
 * undefined when the command failed or was cancelled; both have been told by then.
 */
export async function runCommand<T>(
  services: Services,
  id: string,
  run: () => Promise<T>,
  options: RunOptions = {},
): Promise<T | undefined> {
  const { log } = services;
  const start = performance.now();
  const took = () => `${Math.round(performance.now() - start)} ms`;
  try {
    if (!options.untrusted && !vscode.workspace.isTrusted) {
      throw editorErrors.untrusted({
        message: 'This workspace is not trusted, so nothing was started.',
      });
    }
    const result = await run();
    log.debug(`${id}: done in ${took()}`);
    return result;
  } catch (error) {
    if (isCancellation(error)) {
      log.info(`${id}: cancelled after ${took()}`);
      vscode.window.setStatusBarMessage('$(circle-slash) Cancelled', 4_000);
      return undefined;
    }
    // Told without being waited for: a notification stays until it is closed.
    void tellError(services, id, toErrorInfo(error));
    return undefined;
  }
}

/** What failed and what to do next, with the whole story one click away. */
export async function tellError(services: Services, id: string, info: ErrorInfo): Promise<void> {
  const { log, ui } = services;
  log.error(`${id}: ${info.code}: ${info.message} ${info.next}`);
  if (info.detail !== undefined) log.debug(info.detail);
  const text = `${info.message} ${info.next} [${info.code}]`;
  const answer =
    info.category === 'failed' ? await ui.error(text, 'Show Log') : await ui.warn(text, 'Show Log');
  if (answer === 'Show Log') log.show(true);
}
