import type { ActivityStore } from '../core/operations/activity';

/** The journal of a folder, its code loaded when it is first asked for. */
export function lateActivities(folder: string): ActivityStore {
  const clock = { now: () => new Date() };
  let opened: Promise<ActivityStore> | undefined;
  const open = () =>
    (opened ??= import('./activityFolder').then((m) => m.openActivityFolder({ folder, clock })));
  return {
    start: async (activity) => (await open()).start(activity),
    list: async (limit) => (await open()).list(limit),
    log: async (id) => (await open()).log(id),
    watch(listener) {
      let disposed = false;
      let watching: { dispose(): void } | undefined;
      void open().then((store) => {
        if (!disposed) watching = store.watch(listener);
      });
      return {
        dispose() {
          disposed = true;
          watching?.dispose();
        },
      };
    },
  };
}
