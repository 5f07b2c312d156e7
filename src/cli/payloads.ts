import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { configErrors } from '../core/config/configErrors';
import { throwIfCancelled } from '../core/errors';
import { pairs } from './choiceOptions';
import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { fromVariable } from './secrets';

/** Bytes; more than any system takes for one secret. */
const LIMIT = 1 << 20;
const HIDDEN_LINES = 200;
const HIDDEN_LENGTH = 8;
/** Means stdin. */
const STDIN = '-';

export interface PayloadOptions {
  secret?: [name: string, file: string][];
  secretEnv?: [name: string, variable: string][];
}

/** The options that give what a backup can't hold. No secret itself stands on the command line. */
export function withPayloadOptions(command: Command): Command {
  return command
    .option('--secret <name=file>', "a secret's content from a file, - is stdin; repeatable", pairs)
    .option('--secret-env <name=variable>', 'the same from an environment variable', pairs);
}

/**
 * The payloads by the id of the change, base64. Files are taken byte for byte.
 *
 * @param options.canAsk whether somebody is still to be asked: then stdin is theirs
 * @throws `cli.usage`, `cli.variableMissing`, `config.unreadable`
 */
export async function readPayloads(
  cli: Cli,
  { secret = [], secretEnv = [] }: PayloadOptions,
  { canAsk }: { canAsk: boolean },
): Promise<Record<string, string>> {
  const twice = secret.find(([name]) => secretEnv.some(([other]) => other === name));
  if (twice !== undefined) {
    throw usage(`The secret "${twice[0]}" is given twice.`, 'Give it once.');
  }
  const fromStdin = secret.filter(([, file]) => file === STDIN);
  if (fromStdin.length > 1) throw usage('stdin can give one secret only.', 'Use files.');
  if (fromStdin.length > 0 && canAsk) {
    throw usage(
      'stdin can not both give a secret and answer questions.',
      'Add --yes or --dry-run, or use a file.',
    );
  }
  const payloads: Record<string, string> = {};
  for (const [name, file] of secret) {
    const bytes = await (file === STDIN ? fromInput(cli) : fromFile(cli, file));
    payloads[payloadId(name)] = checked(cli, name, bytes);
  }
  for (const [name, variable] of secretEnv) {
    const value = fromVariable(cli, variable, '--secret-env');
    payloads[payloadId(name)] = checked(cli, name, Buffer.from(value));
  }
  return payloads;
}

/** A secret is named by its name, as `--secret` says what it is; its id does as well. */
function payloadId(name: string): string {
  return name.startsWith('secret/') ? name : `secret/${name}`;
}

function checked(cli: Cli, name: string, bytes: Buffer): string {
  if (bytes.length === 0) throw usage(`The content for secret "${name}" is empty.`, 'Give it.');
  if (bytes.length > LIMIT) {
    throw usage(
      `The content for secret "${name}" is larger than ${LIMIT} bytes.`,
      'Check that it is the right file.',
    );
  }
  // Nothing prints it; should an engine's answer hold it, it is taken out. Shorter lines are ordinary words.
  for (const line of bytes.toString('utf8').split('\n').slice(0, HIDDEN_LINES)) {
    if (line.trim().length >= HIDDEN_LENGTH) cli.out.hide(line.trim());
  }
  return bytes.toString('base64');
}

async function fromFile(cli: Cli, file: string): Promise<Buffer> {
  const path = resolve(cli.terminal.cwd, file);
  try {
    const handle = await open(path, 'r');
    try {
      return await upToLimit(cli, handle.createReadStream({ autoClose: false, end: LIMIT }));
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throwIfCancelled(cli.context.signal);
    throw configErrors.unreadable({ message: `The file ${file} can't be read.`, cause });
  }
}

async function fromInput(cli: Cli): Promise<Buffer> {
  const input = cli.terminal.stdin();
  const end = () => input.destroy();
  cli.context.signal.addEventListener('abort', end, { once: true });
  try {
    return await upToLimit(cli, input);
  } finally {
    cli.context.signal.removeEventListener('abort', end);
    throwIfCancelled(cli.context.signal);
  }
}

async function upToLimit(cli: Cli, stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    throwIfCancelled(cli.context.signal);
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > LIMIT) break;
  }
  return Buffer.concat(chunks);
}

function usage(message: string, next: string) {
  return cliErrors.usage({ message, next });
}
