import type { IncomingMessage } from 'node:http';
import type Dockerode from 'dockerode';
import type { EngineLink } from './link';

export type Modem = Dockerode['modem'];
type BuildRequest = (options: object, ...rest: unknown[]) => void;

/**
 * dockerode's modem over our own connections. What the modem reads from the environment by itself (DOCKER_HOST,
 * DOCKER_CERT_PATH) is kept from it: which engine is meant has been said already, and certificates of another are not
 * to be mixed in.
 */
export function newModem(dockerode: typeof Dockerode, link: EngineLink): Modem {
  const modem: Modem = withoutDockerVariables(
    () => new dockerode({ host: 'docker', protocol: 'http' }).modem,
  );
  Object.assign(modem, { agent: link });
  const inner = modem as unknown as { buildRequest: BuildRequest };
  const build = inner.buildRequest.bind(modem);
  // An engine sends nobody elsewhere: a redirect fails instead of being followed.
  inner.buildRequest = (options, ...rest) => build({ ...options, maxRedirects: 0 }, ...rest);
  return modem;
}

// Its constructor reads them at once, and nobody else runs meanwhile.
function withoutDockerVariables<T>(make: () => T): T {
  const names = Object.keys(process.env).filter((name) => name.startsWith('DOCKER_'));
  const kept = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) Reflect.deleteProperty(process.env, name);
  try {
    return make();
  } finally {
    for (const [name, value] of kept) process.env[name] = value;
  }
}

// Every status is an answer to the modem: it would read a failure's text without a limit.
const EVERY_STATUS = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [index + 100, true]),
);

/** The beginning of the answer, whatever its status. */
export function dial(
  modem: Modem,
  options: Omit<Parameters<Modem['dial']>[0], 'statusCodes'>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const all = { ...options, isStream: true, statusCodes: EVERY_STATUS };
    modem.dial(all, (error, result) => {
      if (error === null) resolve(result as IncomingMessage);
      else reject(error);
    });
  });
}
