/**
 * Lets callers share one statement: what arrives in the same round of the event loop, or while the statement before is
 * under way, goes together into the next. Order of arrival holds. Reaching the disk is the dear part, and is paid once.
 * @param run carries out a group, and answers each by its place; when it throws, every caller of the group is told
 * @param maxGroup callers at most in one group
 * @param gatherMs how long a group waits for more, where nobody minds
 */
export function groupCommit<T, R>(
  run: (group: readonly T[]) => Promise<readonly R[]>,
  maxGroup: number,
  gatherMs = 0,
): (item: T) => Promise<R> {
  let waiting: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];
  let busy = false;

  const gather = () => new Promise((resolve) => (gatherMs > 0 ? setTimeout(resolve, gatherMs) : setImmediate(resolve)));

  const drain = async () => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, maxGroup);
      waiting = waiting.slice(maxGroup);
      try {
        const results = await run(group.map((caller) => caller.item));
        group.forEach((caller, index) => {
          caller.resolve(results[index] as R);
        });
      } catch (error) {
        for (const caller of group) caller.reject(error);
      }
      // Those who have just been answered may write again at once: let them join the next group.
      await gather();
    }
    busy = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy) return;
      busy = true;
      void gather().then(drain);
    });
}
