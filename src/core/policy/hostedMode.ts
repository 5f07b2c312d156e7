import type { SystemDefinition } from '../ports';

/** Whether backups of a mode, the system's first where none is named, stay on the platform's own side. */
export function isHostedMode(
  { definition }: { definition: SystemDefinition },
  mode: string | undefined,
): boolean {
  const { modes } = definition.capabilities;
  const info = mode === undefined ? modes[0] : modes.find(({ id }) => id === mode);
  return info?.hosted === true;
}

/** Why backups of a system's own side are none of ours to delete; undefined where they may be. */
export function whyNothingGoesThere({ title, capabilities }: SystemDefinition): string | undefined {
  const { hosted, retention } = capabilities;
  if (retention === true) return 'the platform lets it go by its own settings';
  if (hosted?.remove !== true) return `${title} deletes none of them for others`;
  return undefined;
}
