import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';

/** The panels of a kind that are open, one a cluster. */
export class ClusterPanels<Panel extends { show(entry: ClusterEntry): Promise<void> }> {
  readonly #open = new Map<string, Panel>();

  constructor(
    private readonly make: (services: Services, entry: ClusterEntry, onClose: () => void) => Panel,
  ) {}

  /** Shows a cluster's panel, the one there is or a new one; resolves when what it shows has been read or could not be. */
  async show(services: Services, entry: ClusterEntry): Promise<Panel> {
    let panel = this.#open.get(entry.key);
    if (panel === undefined) {
      panel = this.make(services, entry, () => this.#open.delete(entry.key));
      this.#open.set(entry.key, panel);
    }
    await panel.show(entry);
    return panel;
  }
}
