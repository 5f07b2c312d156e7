import type { ArchiveAction } from '../../protocol/archiveMessages';
import type { FileNotice } from '../../protocol/fileMessages';
import { button, h } from './dom';
import type { Child } from './dom';

/** The head of an opened archive: its name, and what can be done with the file. */
export interface ArchiveHead {
  element: HTMLElement;
  setNotice: (notice: FileNotice<ArchiveAction>) => void;
}

/** @param unfit why it can't be restored, where it can't */
export function archiveHead(
  { name, subtitle, unfit }: { name: string; subtitle: Child[]; unfit: string | undefined },
  send: (request: { type: ArchiveAction }) => void,
): ArchiveHead {
  const restorable = unfit === undefined;
  const verify = button('Verify again', () => send({ type: 'verify' }), { icon: 'verified' });
  const restore = button('Restore…', () => send({ type: 'restore' }), {
    icon: 'history',
    primary: restorable,
    ...(restorable ? {} : { title: unfit }),
  });
  const element = h(
    'header',
    { class: 'head' },
    h('div', { class: 'title' }, h('h1', {}, name), h('p', { class: 'muted' }, ...subtitle)),
    h('div', { class: 'actions', role: 'group', 'aria-label': 'Actions' }, restore, verify),
  );
  return {
    element,
    setNotice({ busy, file }) {
      const buttons: [ArchiveAction, HTMLButtonElement, boolean][] = [
        ['restore', restore, !restorable],
        ['verify', verify, false],
      ];
      for (const [action, one, off] of buttons) {
        one.disabled = file === 'deleted' || off;
        // Not disabled: that would take the focus away. The editor ignores a second press.
        one.setAttribute('aria-disabled', String(busy !== undefined));
        one.classList.toggle('busy', busy === action);
      }
    },
  };
}
