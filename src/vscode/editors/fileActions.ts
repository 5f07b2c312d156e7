import type { VerifyResult } from '../../core/operations/verify';
import type { DecryptionSecrets } from '../../core/ports';
import type { AskDecryption } from '../services';

/** What an editor of files has done by others. All of them tell their own errors. */
export interface FileActions {
  /** What the configuration or the secret storage opens this file with; nothing is asked. */
  decryptionFor(path: string): Promise<DecryptionSecrets | undefined>;
  /** Asks in the editor's own input, never in the page. */
  askDecryption: AskDecryption;
  /**
   * @param decryption what opened the file here
   * @returns undefined when it was cancelled or could not be done
   */
  verify(path: string, decryption: DecryptionSecrets): Promise<VerifyResult | undefined>;
  restoreFrom(path: string, decryption: DecryptionSecrets): Promise<unknown>;
}
