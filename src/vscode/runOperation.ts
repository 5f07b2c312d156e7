import * as vscode from 'vscode';
import { ulid } from 'ulid';
import type { Operations, Recorded } from '../compose/operations';
import { progressText, RateMeter } from './progressText';
import type { Services } from './services';

type RecordedMethod =
  | 'backup'
  | 'verify'
  | 'restore'
  | 'exportBackup'
  | 'recover'
  | 'createHosted'
  | 'fetchHosted'
  | 'restoreHosted'
  | 'removeHosted'
  | 'writeRetention'
  | 'prune';
type LongMethod =
  RecordedMethod | 'planRestore' | 'planHostedRestore' | 'planHostedRemove' | 'planPrune';
type Params<M extends LongMethod> = Parameters<Operations[M]>[0];
type Result<M extends LongMethod> = Awaited<ReturnType<Operations[M]>>;

/**
 * Runs a long operation in a thread of its own, with a notification that shows phase, figures and rate and
 * cancels for real, and as an entry of the Activity view.
 */
export async function runOperation<M extends LongMethod>(
  services: Services,
  title: string,
  method: M,
  params: Omit<Params<M>, keyof Recorded>,
  /** For callers that cancel by themselves, too. */
  abort = new AbortController(),
  /** Said until there is progress. */
  opening?: string,
): Promise<Result<M>> {
  const activityId = ulid();
  const ownership = services.activities.own(activityId, abort);
  const rate = new RateMeter();
  try {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (notification, token) => {
        token.onCancellationRequested(() => abort.abort());
        if (opening !== undefined) notification.report({ message: opening });
        let percent = 0;
        let phase = '';
        return services.client.call(method, { ...params, activityId } as unknown as Params<M>, {
          own: true,
          signal: abort.signal,
          progress: (update) => {
            services.activities.progress(activityId, update);
            const perSecond = rate.update(update);
            if (update.phase !== phase) percent = 0;
            phase = update.phase;
            const { done = 0, unit, total = unit === 'percent' ? 100 : 0 } = update;
            const now = total === 0 ? undefined : Math.min(100, (100 * done) / total);
            notification.report({
              message: progressText(update, perSecond),
              ...(now === undefined ? {} : { increment: Math.max(0, now - percent) }),
            });
            percent = Math.max(percent, now ?? percent);
          },
        });
      },
    );
  } finally {
    ownership.dispose();
    await services.store.refreshBackups();
  }
}
