import type { Cli } from './cli';
import { cliErrors } from './cliErrors';
import { ask } from './prompt';

/**
 * Whoever is not asked must have said --yes. To be called before anything is read or changed.
 *
 * @throws `cli.confirmationNeeded`
 */
export function needConfirmation(cli: Cli, yes: boolean | undefined, what: string): void {
  if (yes || cli.interactive) return;
  throw cliErrors.confirmationNeeded({ message: `${what} has to be confirmed.` });
}

/**
 * Has the person type a word, unless they said --yes.
 *
 * @throws `cli.notConfirmed` for anything else than that word
 */
export async function confirmByTyping(
  cli: Cli,
  yes: boolean | undefined,
  question: string,
  word: string,
): Promise<void> {
  if (yes) return;
  cli.out.clear();
  const answer = await ask(cli.terminal, question, { hidden: false, signal: cli.context.signal });
  if (answer?.trim() === word) return;
  throw cliErrors.notConfirmed({ message: `"${word}" was not typed.` });
}
