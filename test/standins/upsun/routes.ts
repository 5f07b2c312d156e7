import { createHash } from 'node:crypto';
import type { UpsunStandInOptions } from './contract';
import type { Activity, Organization, ProjectState } from './model';
import { found } from './platform';
import type { Platform, RestoreInput } from './platform';
import { Refusal } from './refusal';
import { chosen } from './replies';
import type { Replies } from './replies';
import { merged } from './retention';
import type { RetentionPatch } from './retention';

export interface Asked {
  /** From the path, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The query as it came. */
  search: string;
  body: unknown;
}

/** What says by itself which status it is answered with. */
type Answered = { code: number } & Record<string, unknown>;
export interface Reply {
  status: number;
  value: unknown;
}

interface Parts {
  options: UpsunStandInOptions;
  platform: Platform;
  replies: Replies;
  organizations: Organization[];
  user: Record<string, unknown> & { id: string };
}

type Route = (asked: Asked, state: ProjectState) => unknown;

/** What is answered, by the ids of the operations in the description. All but the log, which is a stream. */
export function routes(parts: Parts): Record<string, (asked: Asked) => Reply> {
  const { options, platform, replies, organizations, user } = parts;

  const environmentOf = ({ params }: Asked, state: ProjectState) =>
    platform.environment(state, params['environmentId'] ?? '');
  const backupOf = (asked: Asked, state: ProjectState) =>
    platform.backup(state, environmentOf(asked, state).id, asked.params['backupId'] ?? '');
  const activityOf = ({ params }: Asked, state: ProjectState) => {
    const { activityId, environmentId } = params;
    const activity = found(state.activities.find(({ id }) => id === activityId));
    const isThere = environmentId === undefined || activity.environments.includes(environmentId);
    return found(isThere ? activity : undefined);
  };
  const listed = (activities: readonly Activity[], { query, search }: Asked) =>
    chosen(activities, query).map((activity) => replies.activity(activity, search));

  const reads: Record<string, Route> = {
    'get-projects': (_, state) => replies.project(state),
    'get-projects-capabilities': (_, state) => replies.capabilities(state),
    'get-projects-settings': (_, state) => replies.settings(state),
    'list-projects-environments': (_, state) =>
      state.environments.map((environment) => replies.environment(state, environment)),
    'get-environment': (asked, state) => replies.environment(state, environmentOf(asked, state)),
    'list-projects-environments-backups': (asked, state) => {
      const { id } = environmentOf(asked, state);
      return state.backups
        .filter(({ environment }) => environment === id)
        .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
        .map((backup) => replies.backup(state, backup));
    },
    'get-projects-environments-backups': (asked, state) =>
      replies.backup(state, backupOf(asked, state)),
    'list-projects-activities': (asked, state) => listed(state.activities, asked),
    'list-projects-environments-activities': (asked, state) => {
      const { id } = environmentOf(asked, state);
      return listed(
        state.activities.filter(({ environments }) => environments.includes(id)),
        asked,
      );
    },
    'get-projects-activities': (asked, state) => replies.activity(activityOf(asked, state)),
    'get-projects-environments-activities': (asked, state) =>
      replies.activity(activityOf(asked, state)),
  };

  const begins: Record<string, (asked: Asked, state: ProjectState) => Activity> = {
    'backup-environment': (asked, state) => {
      const { safe = true } = asked.body as { safe?: boolean };
      return platform.createBackup(state, environmentOf(asked, state), safe);
    },
    'restore-backup': (asked, state) =>
      platform.restore(state, backupOf(asked, state), asked.body as RestoreInput),
    'delete-projects-environments-backups': (asked, state) =>
      platform.deleteBackup(state, backupOf(asked, state)),
    'activate-environment': (asked, state) => platform.activate(state, environmentOf(asked, state)),
    'action-projects-activities-cancel': cancelled,
    'action-projects-environments-activities-cancel': cancelled,
  };

  function cancelled(asked: Asked, state: ProjectState): Activity {
    const activity = activityOf(asked, state);
    platform.cancel(activity);
    return activity;
  }

  function patched({ body }: Asked, state: ProjectState): Answered {
    if (!state.capabilities.data_retention.enabled) {
      throw new Refusal(403, 'The data retention of this project cannot be changed.');
    }
    const { data_retention, ...others } = body as SettingsPatch;
    const { merge = 'types', settingsActivity = false } = options;
    const next =
      data_retention === undefined
        ? state.settings.data_retention
        : merged(state.settings.data_retention, data_retention, merge);
    const change = () => void Object.assign(state.settings, others, { data_retention: next });
    if (settingsActivity) return replies.accepted(platform.changeSettings(state, change));
    change();
    const _embedded = { activities: [], entity: replies.settings(state) };
    return { status: 'OK', code: 200, _embedded };
  }

  /** A page, with the link to the next. The cursor is the number of items before it. */
  function paged<T>(path: string, all: readonly T[], query: URLSearchParams) {
    const size = Number(query.get('page[size]') ?? options.pageSize ?? 2);
    const after = Number(query.get('page[after]') ?? 0);
    const rest = new URLSearchParams(query);
    rest.set('page[size]', String(size));
    rest.set('page[after]', String(after + size));
    const next = { href: replies.href(`${path}?${rest.toString()}`) };
    return {
      count: all.length,
      items: all.slice(after, after + size),
      _links: {
        self: { href: replies.href(path) },
        ...(after + size < all.length ? { next } : {}),
      },
    };
  }

  const accounts: Record<string, (asked: Asked) => unknown> = {
    'get-current-user': () => user,
    'list-orgs': ({ query }) =>
      paged(
        '/organizations',
        organizations.map((one) => replies.organization(one)),
        query,
      ),
    'get-org': ({ params }) => {
      const { organization_id: id = '' } = params;
      const one = organizations.find((o) => o.id === id || `name=${o.name}` === id);
      return replies.organization(found(one));
    },
    'list-org-projects': ({ params, query }) => {
      const { id } = found(organizations.find((one) => one.id === params['organization_id']));
      const all = platform.projects.filter(({ project }) => project.organization === id);
      const items = all.map((one) => replies.organizationProject(one));
      return paged(`/organizations/${id}/projects`, items, query);
    },
    'list-extended-access': ({ params, query }) => {
      if (params['user_id'] !== user.id) throw new Refusal(403, 'That is somebody else.');
      const path = `/users/${user.id}/extended-access`;
      const page = paged(path, grants(query.get('filter[resource_type]')), query);
      const ids = (of: (grant: Grant) => string) => [...new Set(page.items.map(of))].join(',');
      const ref = (kind: string, given: string) => ({
        href: replies.href(`/ref/${kind}?in=${given}&sig=${signature(given)}`),
      });
      const projects = ids(({ resource_type: type, resource_id }) =>
        type === 'project' ? resource_id : '',
      );
      return {
        items: page.items,
        _links: {
          ...page._links,
          'ref:projects:0': ref('projects', projects),
          'ref:organizations:0': ref(
            'organizations',
            ids((grant) => grant.organization_id),
          ),
        },
      };
    },
    'get-refs-of-projects': ({ query }) =>
      refs(query, (id) => {
        const project = platform.projects.find((one) => one.project.id === id)?.project;
        if (project === undefined) return null;
        const { title, region, organization } = project;
        return { id, title, region, status: 'active', organization_id: organization };
      }),
    'get-refs-of-organizations': ({ query }) =>
      refs(query, (id) => {
        const one = organizations.find((organization) => organization.id === id);
        if (one === undefined) return null;
        const { type, name, label, owner_id } = one;
        return { id, type, name, label, owner_id };
      }),
  };

  function grants(type: string | null): Grant[] {
    const all = platform.projects.map(({ project: { id, organization, created_at } }) => ({
      user_id: user.id,
      resource_id: id,
      resource_type: 'project',
      organization_id: organization,
      permissions: ['admin'],
      granted_at: created_at,
      updated_at: created_at,
    }));
    return all.filter(({ resource_type }) => type === null || resource_type === type);
  }

  return {
    ...mapped(accounts, (route) => (asked) => ({ status: 200, value: route(asked) })),
    ...mapped(reads, (route) => (asked) => ({ status: 200, value: route(asked, stateOf(asked)) })),
    ...mapped(begins, (route) => (asked) => ({
      status: 202,
      value: replies.accepted(route(asked, stateOf(asked))),
    })),
    'update-projects-settings': (asked) => {
      const value = patched(asked, stateOf(asked));
      return { status: value.code, value };
    },
  };

  function stateOf({ params }: Asked): ProjectState {
    return platform.project(params['projectId'] ?? '');
  }
}

interface Grant {
  resource_id: string;
  resource_type: string;
  organization_id: string;
}

interface SettingsPatch {
  data_retention?: RetentionPatch;
}

/** Such links are signed by whoever gives them: nobody else can make one. */
const signature = (given: string): string =>
  createHash('sha256').update(`of the stand-in: ${given}`).digest('hex').slice(0, 16);

function refs(query: URLSearchParams, one: (id: string) => object | null) {
  const given = query.get('in') ?? '';
  if (query.get('sig') !== signature(given)) throw new Refusal(400, 'sig is a required field');
  const ids = given.split(',').filter((id) => id !== '');
  return Object.fromEntries(ids.map((id) => [id, one(id)]));
}

function mapped<A, B>(record: Record<string, A>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
