import { errorTable } from '../core/errors';

/** What can go wrong with encrypted backups. */
export const openpgpErrors = errorTable('openpgp', {
  badKey: {
    category: 'usage',
    next: 'Give an ASCII-armoured public key that can encrypt: gpg --export --armor KEY-ID.',
  },
  keyExpired: {
    category: 'usage',
    next: 'Extend the key (gpg --quick-set-expire) and export it again, or use another one.',
  },
  badPrivateKey: {
    category: 'usage',
    next: 'Give an ASCII-armoured private key: gpg --export-secret-keys --armor KEY-ID.',
  },
  wrongPassphrase: { category: 'refused', next: 'Try again with the right passphrase.' },
  damaged: {
    category: 'failed',
    next: 'Do not restore it. Use another backup, or another copy of this file.',
  },
  unsupported: {
    category: 'failed',
    next: 'Decrypt it with gpg --decrypt, and use the file that comes out.',
  },
});
