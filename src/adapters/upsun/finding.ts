import type * as z from 'zod';
import type { RunContext, SetupOption } from '../../core/ports';
import type { UpsunApi } from './api';
import type { UpsunConnections } from './connection';
import { described } from './environments';
import { upsunErrors } from './errors';
import { pathOf } from './links';
import {
  accessSchema,
  meSchema,
  organisationProjectsSchema,
  organisationsSchema,
  referencesSchema,
} from './wire';

/** What a page may hold at most, after the vendor's description. */
const PAGE = 'page%5Bsize%5D=100';
/** An answer whose pages never end is none. */
const MOST_PAGES = 200;

/**
 * What *Add Cluster* offers: organisations, projects of one or of the user, environments of a project.
 *
 * @throws what the API says; `upsun.badConnection` for environments without a project
 */
export async function upsunOptions(
  upsun: UpsunConnections,
  field: string,
  { signal }: RunContext,
): Promise<SetupOption[]> {
  const api = await upsun.api();
  const { organization } = upsun.connection;
  switch (field) {
    case 'organization':
      return byLabel(await organisations(api, signal));
    case 'project':
      return byLabel(
        organization === undefined
          ? await projectsOfUser(api, signal)
          : await projectsOf(api, organization, signal),
      );
    case 'environments':
      return (await api.environments(signal)).map((environment) => ({
        value: environment.id,
        label: environment.id,
        description: described(environment),
      }));
    default:
      return [];
  }
}

async function organisations(api: UpsunApi, signal: AbortSignal): Promise<SetupOption[]> {
  const purpose = 'list the organisations';
  const items = await pages(api, `/organizations?${PAGE}`, organisationsSchema, purpose, signal);
  return items.map(({ id, label, name }) => ({
    value: id,
    label: label ?? name ?? id,
    ...(name === undefined ? {} : { description: name }),
  }));
}

async function projectsOf(
  api: UpsunApi,
  organisation: string,
  signal: AbortSignal,
): Promise<SetupOption[]> {
  const path = `${pathOf('organizations', organisation)}/projects?${PAGE}`;
  const purpose = 'list the projects of the organisation';
  const items = await pages(api, path, organisationProjectsSchema, purpose, signal);
  return items.map(({ id, title, region, status }) =>
    option(id, title, [region, status === 'active' ? undefined : status]),
  );
}

/** All projects that the user may see, whatever organisation they are of; titles come from links of the answer. */
async function projectsOfUser(api: UpsunApi, signal: AbortSignal): Promise<SetupOption[]> {
  const me = await api.get('/users/me', meSchema, 'say whose the API token is', signal);
  const path = `${pathOf('users', me.id)}/extended-access?filter%5Bresource_type%5D=project`;
  const purpose = 'list what the user may see';
  const ids = new Set<string>();
  const known = new Map<string, { title?: string | undefined; region?: string | undefined }>();
  for await (const page of eachPage(api, path, accessSchema, purpose, signal)) {
    for (const { resource_id: id } of page.items) ids.add(id);
    const links = Object.entries(page._links).filter(([name]) => name.startsWith('ref:projects:'));
    await Promise.all(
      links.map(async ([, href]) => {
        const told = await api.get(api.path(href), referencesSchema, 'name the projects', signal);
        for (const project of Object.values(told)) {
          if (project !== null) known.set(project.id, project);
        }
      }),
    );
  }
  return [...ids].map((id) => option(id, known.get(id)?.title, [known.get(id)?.region]));
}

function option(
  id: string,
  title: string | undefined,
  more: readonly (string | undefined)[],
): SetupOption {
  const words = [id, ...more.filter((word) => word !== undefined && word !== '')];
  return { value: id, label: title ?? id, description: words.join(', ') };
}

function byLabel(options: SetupOption[]): SetupOption[] {
  return options.sort((a, b) => a.label.localeCompare(b.label, 'en'));
}

type Paged = z.ZodType<{ items: unknown[]; _links: Readonly<Record<string, string>> }>;

async function pages<T extends Paged>(
  api: UpsunApi,
  path: string,
  schema: T,
  purpose: string,
  signal: AbortSignal,
): Promise<z.infer<T>['items']> {
  const items: unknown[] = [];
  for await (const page of eachPage(api, path, schema, purpose, signal)) items.push(...page.items);
  return items;
}

/** Page after page, as its links lead: cursors are not ours to make. */
async function* eachPage<T extends Paged>(
  api: UpsunApi,
  path: string,
  schema: T,
  purpose: string,
  signal: AbortSignal,
): AsyncGenerator<z.infer<T>> {
  const seen = new Set<string>();
  let next: string | undefined = path;
  while (next !== undefined) {
    seen.add(next);
    const page: z.infer<T> = await api.get(next, schema, purpose, signal);
    yield page;
    const href: string | undefined = page._links['next'];
    next = href === undefined ? undefined : api.path(href);
    if (next !== undefined && (seen.has(next) || seen.size >= MOST_PAGES)) {
      throw upsunErrors.notApi({
        message: `${api.where} was asked to ${purpose}, and its pages never end.`,
      });
    }
  }
}
