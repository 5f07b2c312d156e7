import type { SetupQuestion } from '../../core/ports';

/** What *Add Cluster* asks about Upsun: a token, then project and environments from lists. */
export const upsunSetup: readonly SetupQuestion[] = [
  {
    kind: 'choice',
    title: 'Platform',
    prompt: 'Which platform is it?',
    options: [
      { label: 'Upsun', detail: 'api.upsun.com' },
      {
        label: 'Platform.sh',
        detail: 'api.platform.sh',
        set: {
          apiAddress: 'https://api.platform.sh',
          authAddress: 'https://auth.api.platform.sh',
        },
      },
      {
        label: 'Another address',
        detail: 'A proxy, or a copy to try things on',
        ask: [
          {
            kind: 'text',
            field: 'apiAddress',
            title: 'API',
            prompt: 'Address of the API.',
            value: 'https://api.upsun.com',
            problem: addressProblem,
          },
          {
            kind: 'text',
            field: 'authAddress',
            title: 'Tokens',
            prompt: 'Address at which the API token is exchanged for access tokens.',
            value: 'https://auth.upsun.com',
            problem: addressProblem,
          },
        ],
      },
    ],
  },
  {
    kind: 'choice',
    title: 'API token',
    prompt: 'An API token of a user with the role admin.',
    options: [
      {
        label: 'Enter a token',
        detail: 'Kept in the secret storage of the editor, for this address only',
        ask: [
          {
            kind: 'secret',
            field: 'token',
            title: 'API token',
            prompt: 'The token. It is stored as a secret; the file holds only its name.',
          },
        ],
      },
      {
        label: 'From the environment variable UPSUN_CLI_TOKEN',
        set: { token: { env: 'UPSUN_CLI_TOKEN' } },
      },
      {
        label: 'From the environment variable PLATFORMSH_CLI_TOKEN',
        set: { token: { env: 'PLATFORMSH_CLI_TOKEN' } },
      },
    ],
  },
  {
    kind: 'list',
    field: 'organization',
    title: 'Organisation',
    prompt: 'Which organisation does the project belong to?',
  },
  { kind: 'list', field: 'project', title: 'Project', prompt: 'Which project?' },
  {
    kind: 'list',
    field: 'environments',
    title: 'Environments',
    prompt: 'Which environments are shown? None chosen: all of the project.',
    many: true,
  },
];

function addressProblem(answer: string): string | undefined {
  return /^https?:\/\/[^/]/.test(answer) ? undefined : 'An address begins with https://.';
}
