import type { HostedBackups } from '../../core/ports';
import type { UpsunConnections } from './connection';
import { createUpsunBackup } from './create';
import { listBackups } from './listing';
import { planUpsunRemove, removeUpsunBackup } from './remove';
import { restoreUpsunBackup } from './restore';
import { planUpsunRestore } from './restorePlan';

/** Backups of a project's environments, on the platform's side. */
export function hostedBackups(upsun: UpsunConnections): HostedBackups {
  return {
    list: (context) => listBackups(upsun, context),
    create: (request, context) => createUpsunBackup(upsun, request, context),
    planRestore: (request, context) => planUpsunRestore(upsun, request, context),
    restore: (request, context) => restoreUpsunBackup(upsun, request, context),
    planRemove: (ref, context) => planUpsunRemove(upsun, ref, context),
    remove: (ref, context) => removeUpsunBackup(upsun, ref, context),
  };
}
