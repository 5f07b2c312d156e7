import { addCluster } from '../../core/config/edit';
import { changeConfigText } from '../configText';

/** A cluster's entry, and the file it goes to. */
export interface NewEntry {
  file: string;
  name: string;
  entry: Record<string, unknown>;
}

/**
 * Writes a cluster's entry into its configuration file; into the text that somebody is editing, where one is.
 *
 * @throws `config.nameTaken`, `config.unreadable`, `config.notWritten`
 */
export function writeEntry({ file, name, entry }: NewEntry): Promise<void> {
  return changeConfigText(file, (text) => addCluster(text, name, entry));
}
