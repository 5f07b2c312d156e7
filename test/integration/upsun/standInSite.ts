import assert from 'node:assert/strict';
import { startUpsunStandIn } from '../../standins/upsun/standIn';
import type { UpsunStandIn, UpsunStandInOptions } from '../../standins/upsun/contract';
import type { Activity, Backup, Environment, RetentionOfType } from '../../standins/upsun/model';

/** What these tests look at in replies, of whatever kind; whether they are right is held against the descriptions. */
export interface Body extends Pick<Environment, 'id' | 'parent' | 'is_dirty'> {
  title: string;
  label: string;
  status: string;
  state: string;
  result: string | null;
  payload: Record<string, unknown>;
  count: number;
  items: Body[];
  data_retention: Record<string, RetentionOfType> & { enabled: boolean };
  _embedded: { activities: [Activity] };
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Of a reply that is an object. */
  body: Body;
  /** Of a reply that is a list. */
  list: (Activity & Backup & Body)[];
  /** Of a reply that is a map of references. */
  refs: Record<string, Body>;
  links: Record<string, { href: string } | undefined>;
  text: string;
}

/** A stand-in, and a client of a few lines that asks it. */
export interface Site {
  standIn: UpsunStandIn;
  ask(method: string, path: string, body?: unknown, headers?: object): Promise<Answer>;
  /** Asks, and follows what is begun to its end. */
  done(method: string, path: string, body?: unknown): Promise<Activity>;
}

export async function standInSite(options: UpsunStandInOptions = {}): Promise<Site> {
  const standIn = await startUpsunStandIn({ step: 2, ...options });
  const token = await exchange(standIn);
  const ask: Site['ask'] = async (method, path, body, headers = {}) => {
    const reply = await fetch(`${standIn.apiAddress}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const isJson = reply.headers.get('content-type') === 'application/json';
    const value: unknown = isJson ? JSON.parse(text) : {};
    return {
      status: reply.status,
      headers: reply.headers,
      body: value as Body,
      list: value as Answer['list'],
      refs: value as Answer['refs'],
      links: (value as { _links?: Answer['links'] })._links ?? {},
      text,
    };
  };
  return {
    standIn,
    ask,
    done: async (method, path, body) => {
      const accepted = await ask(method, path, body);
      assert.equal(accepted.status, 202, accepted.text);
      const [{ id }] = accepted.body._embedded.activities;
      await standIn.idle();
      return standIn.activity(id);
    },
  };
}

/** An access token for its API token. */
export async function exchange(
  standIn: UpsunStandIn,
  apiToken = standIn.apiToken,
): Promise<string> {
  const reply = await fetch(`${standIn.authAddress}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('platform-api-user:').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'api_token', api_token: apiToken }).toString(),
  });
  const body = (await reply.json()) as { access_token?: string; error?: string };
  if (body.access_token === undefined) throw new Error(`${reply.status} ${body.error ?? ''}`);
  return body.access_token;
}
