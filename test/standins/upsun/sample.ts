import { makeActivity, makeBackup, makeCapabilities, makeEnvironment } from './make';
import { makeOrganization, makeProject, makeSettings, moment } from './make';
import type { Organization, ProjectState } from './model';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The first project's id. */
export const SHOP = 'shop4uy2mkqwe';

/**
 * Three organisations; in the first a shop with two environments of each type, backups of each kind and some
 * activities, and two projects that are nearly empty.
 *
 * @param owner the user's id
 */
export function sample(owner: string): { organizations: Organization[]; projects: ProjectState[] } {
  const organizations = ['acme', 'side-projects', 'nothing-yet'].map((name) =>
    makeOrganization({ name, label: LABELS[name] ?? name, owner_id: owner }),
  );
  const [acme = '', side = ''] = organizations.map(({ id }) => id);
  return {
    organizations,
    projects: [
      shop(owner, acme),
      small('Blog', owner, acme),
      small('Handbook', owner, acme),
      small('Weekend', owner, side),
    ],
  };
}

const LABELS: Record<string, string> = { acme: 'Acme', 'side-projects': 'Side Projects' };

/** A project with nothing but `main`. */
export function small(title: string, owner: string, organization: string): ProjectState {
  const project = makeProject({ title, owner, organization });
  return {
    project,
    environments: [makeEnvironment({ id: 'main', project: project.id, type: 'production' })],
    backups: [],
    activities: [],
    logs: new Map(),
    settings: makeSettings(),
    capabilities: makeCapabilities(),
  };
}

function shop(owner: string, organization: string): ProjectState {
  const project = makeProject({ id: SHOP, title: 'Shop', owner, organization });
  const of = { project: project.id };
  const environments = [
    makeEnvironment({ ...of, id: 'main', type: 'production' }),
    makeEnvironment({ ...of, id: 'main-eu', type: 'production', parent: 'main', is_main: false }),
    makeEnvironment({ ...of, id: 'staging', type: 'staging', parent: 'main' }),
    makeEnvironment({ ...of, id: 'qa', type: 'staging', parent: 'staging' }),
    // Its id is more than one part of a path.
    makeEnvironment({ ...of, id: 'feature/checkout', parent: 'staging' }),
    makeEnvironment({ ...of, id: 'feature/old-idea', parent: 'staging', status: 'inactive' }),
  ];
  const now = Date.now();
  const daily = (index: number) => ({
    created_at: moment(now - index * DAY - 2 * HOUR),
    expires_at: moment(now - index * DAY + 46 * HOUR),
    index,
    automated: true,
    safe: false,
  });
  const manual = (ago: number) => ({ created_at: moment(now - ago) });
  const backups = [
    makeBackup({ environment: 'main', ...daily(0), size_of_volumes: 2048, size_used: 611 }),
    makeBackup({ environment: 'main', ...daily(1), size_of_volumes: 2048, size_used: 598 }),
    makeBackup({ environment: 'main', ...manual(5 * DAY) }),
    makeBackup({ environment: 'main', ...manual(9 * DAY), safe: false, restorable: false }),
    makeBackup({ environment: 'main-eu', ...daily(0), size_of_volumes: 512, size_used: 97 }),
    makeBackup({ environment: 'staging', ...manual(3 * DAY), size_of_volumes: 512, size_used: 88 }),
    makeBackup({ environment: 'feature/checkout', ...manual(7 * HOUR), safe: false }),
    makeBackup({ environment: 'feature/old-idea', ...manual(90 * DAY) }),
  ];
  for (const environment of environments) {
    const [newest] = backups.filter((backup) => backup.environment === environment.id);
    environment.last_backup_at = newest?.created_at ?? null;
  }
  const [, , kept] = backups;
  const activities = [
    past(project.id, 'environment.backup', now - 6 * DAY, {
      result: 'failure',
      failure_reason: 'error',
      text: 'Anna created a backup of Main',
    }),
    past(project.id, 'environment.backup', now - 5 * DAY, {
      payload: { backup_name: kept?.id ?? '' },
      text: 'Anna created a backup of Main',
    }),
  ];
  return {
    project,
    environments,
    backups,
    activities,
    logs: new Map(
      activities.map(({ id, created_at, result }) => [
        id,
        [
          logged(created_at, 'Creating a backup of main'),
          logged(created_at, result === 'success' ? 'Done' : 'E: No space left on device'),
        ],
      ]),
    ),
    settings: makeSettings(),
    capabilities: makeCapabilities(),
  };
}

const logged = (at: string, message: string) => ({
  _id: `${at}-${message.length}`,
  data: { timestamp: at, message: `${message}\n` },
});

function past(
  project: string,
  type: string,
  at: number,
  more: Partial<ReturnType<typeof makeActivity>>,
): ReturnType<typeof makeActivity> {
  return makeActivity({
    type,
    project,
    environments: ['main'],
    created_at: moment(at),
    updated_at: moment(at + 40_000),
    started_at: moment(at + 1000),
    completed_at: moment(at + 40_000),
    completion_percent: 100,
    state: 'complete',
    result: 'success',
    timings: { wait: 1, build: 0, execute: 39, deploy: 0 },
    ...more,
  });
}
