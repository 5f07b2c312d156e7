import type { ShownArchive } from '../../protocol/archiveMessages';
import { h, iconButton } from '../shared/dom';
import type { VolumeRow } from '../shared/fileRow';
import { counted } from '../shared/format';

export type Content = ShownArchive['contents'][number];

/** A volume as a row of the files' table. Its definition opens and compares where it is there. */
export function volumeRow(
  content: Content,
  onOpen: (content: Content) => void,
  onCompare: (content: Content) => void,
): VolumeRow {
  const { name, id, fileBytes, files } = content;
  return {
    bytes: fileBytes,
    files,
    name: h('span', {}, h('strong', {}, name), h('span', { class: 'second' }, volumeText(content))),
    actions:
      id === undefined
        ? []
        : [
            iconButton('json', `Open volume ${name} as JSON`, () => onOpen(content)),
            iconButton('diff', `Compare volume ${name} with live`, () => onCompare(content)),
          ],
  };
}

/** Where a volume lies, who uses it, and whether that is all of it. */
function volumeText(content: Content): string {
  const { node, services, stopped = [], whole, unlisted, id, special, links } = content;
  return [
    id === undefined ? `Raft state of ${node}` : `on ${node}`,
    services.length > 0 && `used by ${services.join(', ')}`,
    stopped.length > 0 && `held at zero: ${stopped.join(', ')}`,
    links > 0 && counted(links, 'link'),
    special > 0 && counted(special, 'special file'),
    !whole && 'not whole: the archive breaks in it',
    unlisted !== undefined && `${counted(unlisted, 'file')} more than can be listed`,
  ]
    .filter((part) => part !== false)
    .join(' · ');
}
