import type { Activities } from './activities';
import { backupId, makeBackup, makeEnvironment, moment } from './make';
import type { Activity, Backup, Environment, ProjectState } from './model';
import { Refusal } from './refusal';
import { evict } from './retention';

export interface RestoreInput {
  environment_name?: string | null;
  branch_from?: string | null;
  restore_code?: boolean;
  restore_resources?: boolean;
  resources?: { init?: string | null } | null;
}

/** What the platform does with environments and backups: begins activities, and changes what it keeps when they end. */
export class Platform {
  constructor(
    readonly projects: ProjectState[],
    private readonly activities: Activities,
    private readonly who: string,
    private readonly manualLimit: number,
  ) {}

  project(id: string): ProjectState {
    return found(this.projects.find(({ project }) => project.id === id));
  }

  environment(state: ProjectState, id: string): Environment {
    return found(state.environments.find((environment) => environment.id === id));
  }

  backup(state: ProjectState, environment: string, id: string): Backup {
    const backup = found(state.backups.find((one) => one.id === id));
    return found(backup.environment === environment ? backup : undefined);
  }

  /** What may be done with an environment now, as its links say it. */
  operations(state: ProjectState, environment: Environment): string[] {
    const { status } = environment;
    if (status === 'deleting') return [];
    const isBusy = this.isDirty(state, environment);
    return [
      'edit',
      ...(status === 'active' && !isBusy ? ['backup', 'deactivate'] : []),
      ...(status === 'inactive' && !isBusy ? ['activate'] : []),
    ];
  }

  isDirty(state: ProjectState, { id, is_dirty }: Environment): boolean {
    return is_dirty || this.activities.isBusy(state, id);
  }

  #must(state: ProjectState, environment: Environment, operation: string): void {
    if (this.operations(state, environment).includes(operation)) return;
    throw new Refusal(
      400,
      this.isDirty(state, environment)
        ? `${environment.id} is busy with another activity`
        : `${operation} is not possible while ${environment.id} is ${environment.status}`,
    );
  }

  createBackup(state: ProjectState, environment: Environment, safe: boolean): Activity {
    this.#must(state, environment, 'backup');
    const id = backupId();
    return this.activities.begin({
      state,
      type: 'environment.backup',
      environments: [environment.id],
      text: `${this.who} created a backup of ${environment.title}`,
      payload: { backup_name: id, environment: environment.id },
      log: [
        `Creating a ${safe ? 'consistent' : 'live'} backup of ${environment.id}`,
        ...(safe ? ['Requests are held', 'Requests go on'] : []),
        'Storing the backup',
      ],
      done: () => {
        const size = 256 + (state.backups.length % 7) * 40;
        state.backups.push(
          makeBackup({
            id,
            environment: environment.id,
            safe,
            commit_id: environment.head_commit ?? '',
            size_of_volumes: size * 4,
            size_used: size,
          }),
        );
        environment.last_backup_at = moment();
        evict(state, environment, this.manualLimit);
      },
    });
  }

  deleteBackup(state: ProjectState, backup: Backup): Activity {
    if (backup.status === 'DELETING') throw new Refusal(400, 'the backup is being deleted');
    backup.status = 'DELETING';
    return this.activities.begin({
      state,
      type: 'environment.backup.delete',
      environments: [backup.environment],
      text: `${this.who} deleted backup ${backup.id}`,
      payload: { backup_name: backup.id },
      log: [`Deleting backup ${backup.id}`],
      deploys: false,
      done: () => void state.backups.splice(state.backups.indexOf(backup), 1),
      failed: () => void (backup.status = 'CREATED'),
    });
  }

  restore(state: ProjectState, backup: Backup, input: RestoreInput): Activity {
    if (!backup.restorable || backup.status !== 'CREATED') {
      throw new Refusal(400, `backup ${backup.id} cannot be restored`);
    }
    const target = this.#target(state, backup, input);
    return this.activities.begin({
      state,
      type: 'environment.restore',
      environments: [target.id],
      text: `${this.who} restored ${target.title} from backup ${backup.id}`,
      payload: { backup_name: backup.id, environment: target.id },
      parameters: { backup: backup.id, ...input },
      log: [
        `Restoring backup ${backup.id} to ${target.id}`,
        ...(input.restore_code === false ? ['The code stays'] : ['Using the code of the backup']),
        'Restoring data',
        'Deploying',
      ],
      done: () => {
        // Git stays as it is: `head_commit` does not change.
        target.status = 'active';
        target.has_deployment = true;
        target.last_active_at = moment();
      },
    });
  }

  #target(state: ProjectState, backup: Backup, input: RestoreInput): Environment {
    const id = input.environment_name ?? backup.environment;
    const parent = input.branch_from ?? undefined;
    const target = state.environments.find((environment) => environment.id === id);
    if (target !== undefined) {
      if (parent !== undefined) throw new Refusal(400, `${id} is there: it is not branched`);
      // What can be backed up can be restored to: active, and nothing else going on.
      this.#must(state, target, 'backup');
      return target;
    }
    const from = state.environments.find((one) => one.id === (parent ?? backup.environment));
    if (from === undefined) throw new Refusal(400, `there is no environment ${parent ?? ''}`);
    const made = makeEnvironment({
      id,
      project: state.project.id,
      parent: from.id,
      status: 'inactive',
      head_commit: from.head_commit,
    });
    state.environments.push(made);
    return made;
  }

  activate(state: ProjectState, environment: Environment): Activity {
    this.#must(state, environment, 'activate');
    return this.activities.begin({
      state,
      type: 'environment.activate',
      environments: [environment.id],
      text: `${this.who} activated ${environment.title}`,
      log: [`Activating ${environment.id}`, 'Building', 'Deploying'],
      done: () => {
        environment.status = 'active';
        environment.has_deployment = true;
        environment.last_active_at = moment();
      },
    });
  }

  /** Carries a change of the project's settings out by itself. */
  changeSettings(state: ProjectState, change: () => void): Activity {
    return this.activities.begin({
      state,
      type: 'project.modify.settings',
      environments: [],
      text: `${this.who} changed the settings of ${state.project.title}`,
      log: ['Changing the settings'],
      deploys: false,
      done: change,
    });
  }

  isCancellable({ state, type }: Activity): boolean {
    return type !== 'environment.backup.delete' && ['pending', 'in_progress'].includes(state);
  }

  cancel(activity: Activity): void {
    if (!this.isCancellable(activity)) throw new Refusal(400, 'it cannot be cancelled');
    this.activities.cancel(activity);
  }
}

export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(404, 'Resource not found.');
  return value;
}
