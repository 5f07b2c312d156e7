import type { SetupQuestion } from '../../core/ports';
import { swarmSetup } from '../swarm/setup';

const API: readonly SetupQuestion[] = [
  {
    kind: 'text',
    field: 'apiAddress',
    title: 'HTTP API',
    prompt: 'Address of the HTTP API.',
    placeholder: 'https://ucp.example.com',
    problem: (answer) =>
      /^https:\/\/[^/]/.test(answer) ? undefined : 'An address begins with https://.',
  },
  {
    kind: 'text',
    field: 'apiFolder',
    title: 'Folder on the managers',
    prompt: 'Folder on the managers that takes the backups; nobody:nogroup must be able to write.',
    placeholder: '/var/backups/ucp',
    problem: (answer) =>
      answer.startsWith('/') ? undefined : 'A path on the managers begins with /.',
  },
];

const LOGIN: readonly SetupQuestion[] = [
  { kind: 'text', field: 'apiUser', title: 'User', prompt: 'Name of an administrator.' },
  {
    kind: 'secret',
    field: 'apiPassword',
    title: 'Password',
    prompt: 'The password. It is stored as a secret; the file holds only its name.',
  },
];

/** What *Add Cluster* asks about UCP or MKE: where a manager's engine is, and about the HTTP API. */
export const ucpSetup: readonly SetupQuestion[] = [
  ...swarmSetup,
  {
    kind: 'choice',
    title: 'Backups over the HTTP API',
    prompt: 'From 3.2 on the product can also keep backups on a manager’s disk.',
    options: [
      { label: 'No', detail: 'Backups by its own container, into the vault' },
      {
        label: 'Yes, with a user and a password',
        detail:
          'An administrator; the password is kept in the secret storage, for this address only',
        ask: [...API, ...LOGIN],
      },
      {
        label: 'Yes, with the client bundle’s certificate',
        detail: 'An administrator’s bundle',
        ask: API,
      },
    ],
  },
];
