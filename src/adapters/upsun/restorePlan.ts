import type { PlanLine } from '../../core/plan';
import type { HostedRestoreLines, HostedRestoreRequest, RunContext } from '../../core/ports';
import type { UpsunApi } from './api';
import { CONSISTENT, keptIn } from './backupPlan';
import { backupRow, restorable } from './backupRows';
import type { UpsunConnections } from './connection';
import { isActive, isBusy, offers, readOffering } from './environments';
import { findBackup } from './findBackup';
import type { FoundBackup } from './findBackup';
import { stateLines } from './lines';
import { forecast, limitsText, mayGo, named, quotaLine } from './quota';
import { badAnswers, codeLines, targetLines, targetOf } from './restoreAnswers';
import type { RestoreTarget } from './restoreAnswers';
import type { Environment, Kept } from './wire';

/**
 * What a restore would do: where to, what is replaced there, and whether a backup of the state before can be made
 * without losing the very backup that is to be restored.
 *
 * @throws `upsun.unknownBackup`, what the API says
 */
export async function planUpsunRestore(
  upsun: UpsunConnections,
  { ref, choices, safetyBackup }: HostedRestoreRequest,
  context: RunContext,
): Promise<HostedRestoreLines> {
  const { signal } = context;
  const api = await upsun.api();
  const answers = choices.answers ?? {};
  const [found, all, kept] = await Promise.all([
    findBackup(upsun, ref, context),
    api.environments(signal),
    keptIn(api, signal),
  ]);
  const { backup, environment: own } = found;
  const of = all.find(({ id }) => id === own) ?? own;
  const target = await settled(api, targetOf(answers, own, all), signal);
  const safety = await safetyOf(api, target, found, kept, signal);
  const can = restorable(backup);
  const isMade = safetyBackup && safety.why === undefined;
  return {
    backup: backupRow(backup, of),
    items: [
      ...(can === true
        ? []
        : [
            {
              severity: 'blocker' as const,
              code: 'upsun.notRestorable',
              title: `The backup ${backup.id} can't be restored`,
              detail: can,
            },
          ]),
      ...targetLines(target, answers, own, all),
      ...badAnswers(answers),
      ...(target.existing === undefined
        ? []
        : [
            ...stateLines(target.existing, answers, 'restored to'),
            replacedLine(found, target.existing, answers['code'] !== 'no'),
          ]),
      ...codeLines(backup, answers),
      ...remoteLines(target, all),
      ...(isMade ? safety.items : []),
    ],
    ...(target.id === undefined ? {} : { safety: { mode: CONSISTENT, on: target.id } }),
    ...(safety.why === undefined ? {} : { noSafetyBackup: safety.why }),
  };
}

async function settled(
  api: UpsunApi,
  target: RestoreTarget,
  signal: AbortSignal,
): Promise<RestoreTarget> {
  const { existing } = target;
  if (existing === undefined || !isActive(existing) || isBusy(existing)) return target;
  if (offers(existing, 'backup')) return target;
  return { ...target, existing: await readOffering(api, existing.id, signal) };
}

function replacedLine(
  { backup, environment: own }: FoundBackup,
  { id, type }: Environment,
  withCode: boolean,
): PlanLine {
  const what = withCode ? 'data and deployed code' : 'data';
  const other = id === own ? '' : `, which is of ${own}`;
  return {
    severity: 'warning',
    code: 'upsun.replaces',
    title: `All ${what} of ${id} (${type ?? 'type unknown'}) are replaced by those of ${named(backup)}${other}`,
    detail:
      'What was written there since is gone. The environment is deployed anew, and its site does not answer meanwhile.',
    destructive: true,
  };
}

/** An environment that no branch of a source integration stands behind is deleted by the platform at once. */
function remoteLines({ id, existing }: RestoreTarget, all: readonly Environment[]): PlanLine[] {
  const hasRemote = ({ has_remote: remote }: Environment) => remote === true;
  if (id === undefined || !all.some(hasRemote)) return [];
  if (existing !== undefined && hasRemote(existing)) return [];
  return [
    {
      severity: 'warning',
      code: 'upsun.noBranch',
      title: `Other environments come from a repository elsewhere, and ${id} has no branch there`,
      detail:
        'With a source integration (GitHub, GitLab, Bitbucket) the platform deletes an environment without a branch at once. Push a branch of that name first.',
    },
  ];
}

/** Whether the target can be backed up before, and what goes for it; else why not. */
async function safetyOf(
  api: UpsunApi,
  { id, existing }: RestoreTarget,
  { backup, environment: own, beside }: FoundBackup,
  kept: Kept | undefined,
  signal: AbortSignal,
): Promise<{ items: PlanLine[]; why?: string }> {
  const none = (why: string) => ({ items: [], why });
  if (id === undefined || existing === undefined) {
    return none('The target is a new environment: nothing is replaced there.');
  }
  if (!isActive(existing)) {
    return none(`${id} is not active: there is no present state that could be backed up.`);
  }
  if (!isBusy(existing) && !offers(existing, 'backup')) {
    return none(`The platform does not offer to back up ${id}: the role is missing.`);
  }
  const backups = id === own ? beside : await api.backups(id, signal);
  const seen = forecast(backups, kept, existing.type);
  if (seen.kind === 'keepsNone') {
    return none(`The retention settings keep no backups of ${id} that are made by hand.`);
  }
  if (mayGo(seen).some(({ id: going }) => going === backup.id)) {
    const [takes, why] =
      seen.kind === 'evicts'
        ? ['takes', limitsText(seen)]
        : ['may take', 'The platform does not say how many of those made by hand it keeps.'];
    return none(`It ${takes} the place of the very backup that is to be restored. ${why}`);
  }
  return {
    items: [
      {
        severity: 'info',
        code: 'upsun.safetyBackup',
        title: `${id} is backed up before, in mode "consistent"`,
        detail:
          'Its site pauses for 15 to 30 seconds for that; the restore interrupts it anyway, and what is gone back to should be of one moment.',
      },
      quotaLine(seen, id, 'The safety backup'),
    ],
  };
}
