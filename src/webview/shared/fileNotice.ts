import type { FileNotice, FileRequest } from '../../protocol/fileMessages';
import { button, h, icon } from './dom';

type Send = (request: FileRequest) => void;

/** Said when the file is no longer the one that was read. */
export function fileNotice(notice: FileNotice, send: Send): HTMLElement | undefined {
  if (notice.file === 'same') return undefined;
  const changed = notice.file === 'changed';
  return h(
    'div',
    { class: 'banner notice', role: 'status' },
    icon(changed ? 'refresh' : 'trash', 'banner-icon'),
    h(
      'div',
      { class: 'line' },
      h(
        'p',
        {},
        changed
          ? 'The file has changed since it was read. What is shown is the former content.'
          : 'The file was moved or deleted. What is shown is what it held.',
      ),
      changed && button('Read it again', () => send({ type: 'read' }), { icon: 'refresh' }),
    ),
  );
}
