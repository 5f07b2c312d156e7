import * as accounts from './schemasOfAccounts';
import * as environments from './schemasOfEnvironments';
import * as projects from './schemasOfProjects';
import { anything, beyond, closed, list, map, oneOf, open, orNull, text, whole } from './shape';
import { BEYOND, float, formatted, flag, withLinks } from './shape';
import type { Schema } from './shape';

// The facts of Upsun's REST API that are used here, in our own words, so that requests and replies can be held against
// them where the vendor's description is not at hand. What goes beyond that description is marked: it is known from
// the vendor's own clients and documentation.

type Method = 'get' | 'post' | 'patch' | 'delete';
interface Parameter extends Schema {
  name: string;
  in: 'path' | 'query';
}

const inPath = (name: string, schema: Schema = text): Parameter => ({
  name,
  in: 'path',
  required: true,
  schema,
});
const inQuery = (name: string, schema: Schema): Parameter => ({ name, in: 'query', schema });
const beyondQuery = (name: string, schema: Schema): Parameter => ({
  ...inQuery(name, schema),
  [BEYOND]: true,
});

const project = [inPath('projectId')];
const environment = [...project, inPath('environmentId')];
const backup = [...environment, inPath('backupId')];
const activity = [...project, inPath('activityId')];
const activityThere = [...environment, inPath('activityId')];
const organization = [inPath('organization_id', formatted('ulid'))];

/** Repeatable, all of them; `starts_at`: those created before. */
const filters = [
  beyondQuery('type', list(text)),
  beyondQuery('state', list(text)),
  beyondQuery('result', list(text)),
  beyondQuery('count', { ...whole, minimum: 1 }),
  beyondQuery('starts_at', formatted('date-time')),
];

const pages = [
  inQuery('page[size]', { ...whole, minimum: 1, maximum: 100 }),
  inQuery('page[before]', text),
  inQuery('page[after]', text),
  inQuery('sort', text),
];

const json = (schema: Schema) => ({ 'application/json': { schema } });

const operation = (
  operationId: string,
  parameters: readonly Parameter[],
  reply: Schema,
  more: Schema = {},
): Schema => ({
  operationId,
  parameters,
  responses: {
    '2XX': { description: '', content: json(reply) },
    // Refusals come in several forms: OAuth's, problem+json, the platform's own.
    '4XX': { description: '', content: json(anything) },
    '5XX': { description: '', content: json(anything) },
  },
  ...more,
});

const takes = (schema: Schema) => ({ requestBody: { required: true, content: json(schema) } });
const notInVendors = { [BEYOND]: true };

const activityReply = withLinks(environments.activity);
const accepted = withLinks(environments.acceptedResponse, {
  _embedded: beyond(open({}, { activities: list(activityReply), entity: anything })),
});
const page = (items: Schema): Schema =>
  open({}, { count: whole, items: list(items), _links: accounts.listLinks });
const refs = (ref: Schema): Schema => map(orNull(ref));
const refQuery = [inQuery('in', text), inQuery('sig', text)].map((parameter) => ({
  ...parameter,
  required: true,
}));

const grant = open({
  user_id: text,
  resource_id: text,
  resource_type: oneOf('project', 'organization'),
  organization_id: text,
  permissions: list(text),
  granted_at: formatted('date-time'),
  updated_at: formatted('date-time'),
});

/** A line of a log; the last one seals it. */
export const logLine: Schema = open(
  {},
  { _id: text, data: closed({ timestamp: text, message: text }), seal: flag },
);

const paths: Record<string, Partial<Record<Method, Schema>>> = {
  '/oauth2/token': {
    post: operation(
      'exchange-token',
      [],
      open(
        { access_token: text, expires_in: float, token_type: text },
        { refresh_token: text, scope: text },
      ),
      {
        ...notInVendors,
        requestBody: {
          required: true,
          content: {
            'application/x-www-form-urlencoded': {
              schema: closed({ grant_type: oneOf('api_token'), api_token: text }),
            },
          },
        },
      },
    ),
  },
  '/users/me': { get: operation('get-current-user', [], accounts.user) },
  '/users/{user_id}/extended-access': {
    get: operation(
      'list-extended-access',
      [
        inPath('user_id', formatted('uuid')),
        inQuery('filter[resource_type]', oneOf('project', 'organization')),
        ...pages,
      ],
      open({ items: list(grant), _links: map(open({ href: text })) }),
      notInVendors,
    ),
  },
  '/ref/projects': {
    get: operation(
      'get-refs-of-projects',
      refQuery,
      refs(open({ id: text, region: text, title: text, status: text, organization_id: text })),
      notInVendors,
    ),
  },
  '/ref/organizations': {
    get: operation(
      'get-refs-of-organizations',
      refQuery,
      refs(open({ id: text, type: text, name: text, label: text, owner_id: text })),
      notInVendors,
    ),
  },
  '/organizations': { get: operation('list-orgs', pages, page(accounts.organization)) },
  '/organizations/{organization_id}': {
    get: operation('get-org', [inPath('organization_id')], accounts.organization),
  },
  '/organizations/{organization_id}/projects': {
    get: operation(
      'list-org-projects',
      [...organization, ...pages],
      closed(
        {},
        {
          count: whole,
          items: list(accounts.organizationProject),
          facets: accounts.projectFacets,
          _links: accounts.listLinks,
        },
      ),
    ),
  },
  '/projects/{projectId}': {
    get: operation('get-projects', project, withLinks(projects.project)),
  },
  '/projects/{projectId}/capabilities': {
    get: operation('get-projects-capabilities', project, withLinks(projects.capabilities)),
  },
  '/projects/{projectId}/settings': {
    get: operation('get-projects-settings', project, withLinks(projects.settings)),
    patch: operation('update-projects-settings', project, accepted, takes(projects.settingsPatch)),
  },
  '/projects/{projectId}/environments': {
    get: operation(
      'list-projects-environments',
      project,
      list(withLinks(environments.environment)),
    ),
  },
  '/projects/{projectId}/environments/{environmentId}': {
    get: operation('get-environment', environment, withLinks(environments.environment)),
  },
  '/projects/{projectId}/environments/{environmentId}/activate': {
    post: operation('activate-environment', environment, accepted, takes(environments.activation)),
  },
  '/projects/{projectId}/environments/{environmentId}/backup': {
    post: operation('backup-environment', environment, accepted, takes(environments.backupInput)),
  },
  '/projects/{projectId}/environments/{environmentId}/backups': {
    get: operation(
      'list-projects-environments-backups',
      environment,
      list(withLinks(environments.backup)),
    ),
  },
  '/projects/{projectId}/environments/{environmentId}/backups/{backupId}': {
    get: operation('get-projects-environments-backups', backup, withLinks(environments.backup)),
    delete: operation('delete-projects-environments-backups', backup, accepted),
  },
  '/projects/{projectId}/environments/{environmentId}/backups/{backupId}/restore': {
    post: operation('restore-backup', backup, accepted, takes(environments.restoreInput)),
  },
  '/projects/{projectId}/activities': {
    get: operation('list-projects-activities', [...project, ...filters], list(activityReply)),
  },
  '/projects/{projectId}/activities/{activityId}': {
    get: operation('get-projects-activities', activity, activityReply),
  },
  '/projects/{projectId}/activities/{activityId}/cancel': {
    post: operation('action-projects-activities-cancel', activity, accepted),
  },
  '/projects/{projectId}/activities/{activityId}/log': {
    // JSON lines, each of them held against this.
    get: operation(
      'read-log',
      [
        ...activity,
        inQuery('start_at', { ...whole, minimum: 0 }),
        inQuery('max_items', { ...whole, minimum: 0 }),
        inQuery('max_delay', { ...whole, minimum: -1 }),
      ],
      logLine,
      notInVendors,
    ),
  },
  '/projects/{projectId}/environments/{environmentId}/activities': {
    get: operation(
      'list-projects-environments-activities',
      [...environment, ...filters],
      list(activityReply),
    ),
  },
  '/projects/{projectId}/environments/{environmentId}/activities/{activityId}': {
    get: operation('get-projects-environments-activities', activityThere, activityReply),
  },
  '/projects/{projectId}/environments/{environmentId}/activities/{activityId}/cancel': {
    post: operation('action-projects-environments-activities-cancel', activityThere, accepted),
  },
};

/** What is known of Upsun's REST API, as an OpenAPI document of this project's own. */
export const description = {
  openapi: '3.0.3',
  info: { title: 'Facts of the REST API of Upsun that are used here', version: '1' },
  paths,
} as const;
