import { createHash } from 'node:crypto';
import type * as vscode from 'vscode';
import type { SecretLookup, SecretNeed } from '../core/config/secrets';
import type { Ui } from './ui';

/**
 * Stored secrets. A secret is bound to what it was entered for: its key holds the address, so a file that
 * points the same name at another host finds nothing and the person is asked.
 */
export class SecretStore {
  constructor(
    private readonly storage: vscode.SecretStorage,
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly ui: () => Ui,
  ) {}

  /** Looks up without asking. */
  readonly stored: SecretLookup = async ({ reference, binding }) => {
    if ('env' in reference) return this.env[reference.env];
    return this.storage.get(keyOf(reference.secret, binding));
  };

  /** Looks up, and asks where a stored secret is not there; undefined when the person gives up. */
  readonly asking: SecretLookup = async (need) =>
    (await this.stored(need)) ?? ('env' in need.reference ? undefined : this.ask(need));

  /** Asks for a secret and stores it. */
  async ask(need: SecretNeed): Promise<string | undefined> {
    const { reference } = need;
    if ('env' in reference) return undefined;
    const value = await this.ui().input({
      title: 'Cluster Backup: Enter Secret',
      prompt: `Enter the ${need.title}. It is stored as "${reference.secret}", for this use only.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined || value === '') return undefined;
    await this.store(reference.secret, need.binding, value);
    return value;
  }

  async store(name: string, binding: string, value: string): Promise<void> {
    await this.storage.store(keyOf(name, binding), value);
  }

  /** Fires when any secret changed, in any window. */
  get onDidChange(): vscode.Event<vscode.SecretStorageChangeEvent> {
    return this.storage.onDidChange;
  }
}

function keyOf(name: string, binding: string): string {
  return `secret:${name}@${createHash('sha256').update(binding).digest('hex').slice(0, 32)}`;
}
