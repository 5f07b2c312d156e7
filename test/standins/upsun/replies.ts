import type { Activity, Backup, Environment, Organization, ProjectState } from './model';
import type { Platform } from './platform';

type Links = Record<string, { href: string }>;

/** Resources as they are answered, with HAL's links: an operation is there only while it may be done. */
export class Replies {
  /**
   * @param region what the hrefs of projects begin with
   * @param gateway what those of users and organisations begin with
   */
  constructor(
    private readonly platform: Platform,
    private readonly region: string,
    private readonly gateway: string,
  ) {}

  #links(self: string, operations: readonly string[] = []): Links {
    return {
      self: { href: `${this.region}${self}` },
      ...Object.fromEntries(
        operations.map((name) => [
          `#${name}`,
          {
            href: `${this.region}${self}${name === 'edit' || name === 'delete' ? '' : `/${name}`}`,
          },
        ]),
      ),
    };
  }

  project({ project }: ProjectState) {
    const self = `/projects/${project.id}`;
    const more = ['environments', 'activities', 'capabilities', 'settings'];
    return {
      ...project,
      _links: {
        ...this.#links(self, ['edit']),
        ...Object.fromEntries(more.map((m) => [m, { href: `${this.region}${self}/${m}` }])),
      },
    };
  }

  settings({ project, settings, capabilities }: ProjectState) {
    const operations = capabilities.data_retention.enabled ? ['edit'] : [];
    return { ...settings, _links: this.#links(`/projects/${project.id}/settings`, operations) };
  }

  capabilities({ project, capabilities }: ProjectState) {
    return { ...capabilities, _links: this.#links(`/projects/${project.id}/capabilities`) };
  }

  environment(state: ProjectState, environment: Environment) {
    const isDirty = this.platform.isDirty(state, environment);
    return {
      ...environment,
      is_dirty: isDirty,
      status: isDirty && environment.status === 'active' ? 'dirty' : environment.status,
      _links: this.#links(
        this.#pathOf(state, environment.id),
        this.platform.operations(state, environment),
      ),
    };
  }

  backup(state: ProjectState, backup: Backup) {
    const isThere = backup.status === 'CREATED';
    return {
      ...backup,
      _links: this.#links(`${this.#pathOf(state, backup.environment)}/backups/${backup.id}`, [
        ...(isThere && backup.restorable ? ['restore'] : []),
        ...(isThere ? ['delete'] : []),
      ]),
    };
  }

  /** @param query of the list it is asked in; the link to the log inherits it */
  activity(activity: Activity, query = '') {
    const self = `/projects/${activity.project}/activities/${activity.id}`;
    return {
      ...activity,
      _links: {
        ...this.#links(self, this.platform.isCancellable(activity) ? ['cancel'] : []),
        log: { href: `${this.region}${self}/log${query === '' ? '' : `?${query}`}` },
      },
    };
  }

  accepted(...activities: Activity[]) {
    return {
      status: 'Accepted',
      code: 202,
      _embedded: { activities: activities.map((activity) => this.activity(activity)) },
    };
  }

  organization(organization: Organization) {
    const self = this.href(`/organizations/${organization.id}`);
    return { ...organization, _links: { self: { href: self } } };
  }

  organizationProject({ project }: ProjectState) {
    const { id, organization, subscription } = project;
    return {
      id,
      organization_id: organization,
      subscription_id: id,
      vendor: 'upsun',
      region: project.region,
      title: project.title,
      type: 'grid',
      plan: 'flexible',
      timezone: project.timezone,
      default_branch: project.default_branch ?? '',
      status: subscription.suspended ? 'suspended' : 'active',
      created_at: project.created_at,
      updated_at: project.updated_at,
      _links: {
        self: { href: this.href(`/organizations/${organization}/projects/${id}`) },
        api: { href: `${this.region}/projects/${id}` },
      },
    };
  }

  /** Of what the gateway answers by itself. */
  href(path: string): string {
    return `${this.gateway}${path}`;
  }

  #pathOf(state: ProjectState, environment: string): string {
    return `/projects/${state.project.id}/environments/${encodeURIComponent(environment)}`;
  }
}

/** By what the list of activities is asked for; newest first. */
export function chosen(activities: readonly Activity[], query: URLSearchParams): Activity[] {
  const isOf = (name: string, value: string | null) =>
    !query.has(name) || (value !== null && query.getAll(name).includes(value));
  const before = query.get('starts_at');
  return activities
    .filter(
      ({ type, state, result, created_at }) =>
        isOf('type', type) &&
        isOf('state', state) &&
        isOf('result', result) &&
        (before === null || Date.parse(created_at) < Date.parse(before)),
    )
    .reverse()
    .slice(0, Number(query.get('count') ?? 10));
}
