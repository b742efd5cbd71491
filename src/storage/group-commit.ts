/**
 * Lets callers share one statement: what arrives in the same round of the event loop, or while the statement before is
 * under way, goes together into the next. Order of arrival holds. Reaching the disk is the dear part, and is paid once.
 * @param run carries out a group, and answers each by its place; when it throws, every caller of the group is told
 * @param maxGroup callers at most in one group
 * @param gatherMs how long a group waits for more, where nobody minds
 * @param pauseMs how long it waits right after another group: whoever comes alone is not kept waiting, and a crowd goes in
 * fewer groups
 */
export function groupCommit<T, R>(
  run: (group: readonly T[]) => Promise<readonly R[]>,
  maxGroup: number,
  gatherMs = 0,
  pauseMs = gatherMs,
): (item: T) => Promise<R> {
  let waiting: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];
  let busy = false;

  const gather = (ms: number) => new Promise((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)));

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
      await gather(waiting.length < maxGroup ? pauseMs : 0);
    }
    busy = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy) return;
      busy = true;
      void gather(gatherMs).then(drain);
    });
}
