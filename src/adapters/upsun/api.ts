import type * as z from 'zod';
import type { HttpReply, HttpSettings } from '../http';
import { isStatus, JsonApi } from '../jsonApi';
import { upsunErrors } from './errors';
import { pathOf, rebased } from './links';
import { accessTokens, wordsOf } from './tokens';
import {
  acceptedSchema,
  activitiesSchema,
  activitySchema,
  backupSchema,
  backupsSchema,
  capabilitiesSchema,
  environmentSchema,
  environmentsSchema,
  keptSchema,
  projectSchema,
} from './wire';
import type {
  Accepted,
  Environment,
  Kept,
  Project,
  ProjectCapabilities,
  UpsunActivity,
  UpsunBackup,
} from './wire';

export interface UpsunTarget {
  api: HttpSettings;
  auth: HttpSettings;
  /** The API token; only the address of `auth` ever gets it. */
  token: string;
  /** Undefined while one is still being chosen. */
  project: string | undefined;
  /** Name of the cluster, for messages. */
  cluster: string;
}

/** Which activities are asked for; of the whole project, or of one environment. */
export interface ActivityFilter {
  environment?: string;
  types: readonly string[];
  states?: readonly string[];
  count?: number;
}

/** The calls of the REST API that backups need. Links lead nowhere but to the configured address. */
export class UpsunApi {
  readonly where: string;
  readonly #json: JsonApi;

  constructor(private readonly target: UpsunTarget) {
    const { api, auth, token } = target;
    this.where = api.where;
    this.#json = new JsonApi({
      http: api,
      errors: {
        denied: upsunErrors.denied,
        unknown: upsunErrors.unknown,
        limited: upsunErrors.limited,
        refused: upsunErrors.refused,
        failed: upsunErrors.apiFailed,
        notApi: upsunErrors.notApi,
      },
      words: wordsOf,
      who: 'the API token',
      login: {
        tokens: accessTokens(auth, token),
        header: (access) => ({ authorization: `Bearer ${access}` }),
      },
      secrets: [token],
    });
  }

  /** Path of the project, encoded. @throws `upsun.badConnection` */
  get project(): string {
    const { project, cluster } = this.target;
    if (project !== undefined) return pathOf('projects', project);
    throw upsunErrors.badConnection({ message: `The entry of "${cluster}" names no \`project\`.` });
  }

  /** Id of the project; empty while none is chosen. */
  get projectId(): string {
    return this.target.project ?? '';
  }

  /** Path of an environment, encoded. */
  environment(id: string): string {
    return this.project + pathOf('environments', id);
  }

  /** A link's path at our own address. */
  path(href: string): string {
    return rebased(href, this.target.api.pathPrefix);
  }

  get<T extends z.ZodType>(
    path: string,
    schema: T,
    purpose: string,
    signal: AbortSignal,
  ): Promise<z.infer<T>> {
    return this.#json.get({ path, purpose, signal }, schema);
  }

  /** Asks for something once. What comes back only says that it was taken. */
  async send(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    purpose: string,
    signal: AbortSignal,
  ): Promise<Accepted> {
    const command = { method, path, body, purpose, signal };
    return (await this.#json.send(command, acceptedSchema)) ?? { _embedded: undefined };
  }

  stream(path: string, purpose: string, signal: AbortSignal): Promise<HttpReply> {
    return this.#json.stream({ path, purpose, signal });
  }

  readProject(signal: AbortSignal): Promise<Project> {
    return this.get(this.project, projectSchema, 'show the project', signal);
  }

  readCapabilities(signal: AbortSignal): Promise<ProjectCapabilities> {
    const path = `${this.project}/capabilities`;
    return this.get(path, capabilitiesSchema, 'say what the project can do', signal);
  }

  /** How many backups are kept. */
  readKept(signal: AbortSignal): Promise<Kept> {
    const path = `${this.project}/settings`;
    return this.get(path, keptSchema, "show the project's settings", signal);
  }

  environments(signal: AbortSignal): Promise<Environment[]> {
    const path = `${this.project}/environments`;
    return this.get(path, environmentsSchema, 'list the environments', signal);
  }

  readEnvironment(id: string, signal: AbortSignal): Promise<Environment> {
    return this.get(this.environment(id), environmentSchema, `show environment ${id}`, signal);
  }

  backups(environment: string, signal: AbortSignal): Promise<UpsunBackup[]> {
    const path = `${this.environment(environment)}/backups`;
    return this.get(path, backupsSchema, `list the backups of ${environment}`, signal);
  }

  /** @returns undefined where there is none of that id */
  async backup(
    environment: string,
    id: string,
    signal: AbortSignal,
  ): Promise<UpsunBackup | undefined> {
    const path = this.environment(environment) + pathOf('backups', id);
    try {
      return await this.get(path, backupSchema, `show the backup ${id}`, signal);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Newest first. */
  activities(filter: ActivityFilter, signal: AbortSignal): Promise<UpsunActivity[]> {
    const { environment, types, states = [], count } = filter;
    const query = new URLSearchParams([
      ...types.map((type) => ['type', type]),
      ...states.map((state) => ['state', state]),
      ...(count === undefined ? [] : [['count', String(count)]]),
    ]).toString();
    const of = environment === undefined ? this.project : this.environment(environment);
    const path = `${of}/activities${query === '' ? '' : `?${query}`}`;
    return this.get(path, activitiesSchema, 'list the activities', signal);
  }

  activity(id: string, signal: AbortSignal): Promise<UpsunActivity> {
    const path = this.project + pathOf('activities', id);
    return this.get(path, activitySchema, `show the activity ${id}`, signal);
  }

  close(): Promise<void> {
    return this.#json.close();
  }
}
