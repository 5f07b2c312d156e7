interface Queue {
  last: Promise<void>;
  /** Those that go on or wait. */
  length: number;
}

/** Notices that may wait for one target. */
const LONGEST = 100;

/** One thing after the other for each target, so that they arrive in order, and nobody waits for another's target. */
export class NoticeQueues {
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly longest = LONGEST) {}

  /**
   * @param target what is told
   * @param work may not throw
   * @returns resolves when it is done; undefined where so many wait already that this one is left out
   */
  add(target: string, work: () => Promise<void>): Promise<void> | undefined {
    const queue = this.queues.get(target) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= this.longest) return undefined;
    this.queues.set(target, queue);
    queue.length += 1;
    queue.last = queue.last.then(work).finally(() => {
      queue.length -= 1;
      if (queue.length === 0) this.queues.delete(target);
    });
    return queue.last;
  }
}
