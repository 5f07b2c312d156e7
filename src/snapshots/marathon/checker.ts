import { coreErrors } from '../../core/errors';
import type { SnapshotFormat } from '../../core/ports';
import { MARATHON_ENDING } from './layout';

/** An export of Marathon's groups. */
export const marathonFormat: SnapshotFormat = {
  id: 'marathon',
  title: 'Export of Marathon’s groups',
  endings: [MARATHON_ENDING],
  checker: () => {
    throw coreErrors.unsupported({ message: 'Exports of Marathon are not supported yet.' });
  },
};
