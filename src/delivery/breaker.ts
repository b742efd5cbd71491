/**
 * Are the many who seem to have blocked the bot really gone? A provider's fault says the same of everybody. So those who
 * seem gone are held until a hundred later answers have come, and when too many of a hundred are, nobody of them is.
 */
export type Breaker<Gone> = {
  /**
   * The platform's next answer; null: it took the message, or had another word against it.
   * @returns `gone`: those of whom it is certain by now. `tripped`: too many, and who is in doubt with them
   */
  answer(gone: Gone | null): { gone: readonly Gone[]; tripped: Tripped<Gone> | null };
  /** Since when the oldest in doubt is, by `now`; null: nobody is. */
  waitsSince(): number | null;
  /**
   * No more answers come for now. Whoever was in doubt leaves.
   * @returns whether they are gone, as far as one can tell by so few
   */
  judge(): { gone: boolean; doubtful: readonly Gone[] };
};

export type Tripped<Gone> = { blocked: number; of: number; doubtful: readonly Gone[] };

/** Over 30 in 100 of the last 100 answers, once there are 20. */
const WINDOW = 100;
const FEWEST = 20;
const SHARE = 0.3;
/** A family of five in which two have left is no fault of a provider. */
const FEW = 2;

export function createBreaker<Gone>(now: () => number): Breaker<Gone> {
  let answers: { blocked: boolean; doubtful: { who: Gone; since: number } | null }[] = [];
  let blocked = 0;
  const takeDoubtful = () =>
    answers.flatMap((answer) => {
      const who = answer.doubtful?.who;
      answer.doubtful = null;
      return who === undefined ? [] : [who];
    });
  return {
    answer(gone) {
      answers.push({ blocked: gone !== null, doubtful: gone === null ? null : { who: gone, since: now() } });
      if (gone !== null) blocked += 1;
      const left = answers.length > WINDOW ? answers.shift() : undefined;
      if (left?.blocked) blocked -= 1;
      const certain = left?.doubtful ? [left.doubtful.who] : [];
      if (answers.length < FEWEST || blocked / answers.length <= SHARE) return { gone: certain, tripped: null };
      const tripped = { blocked, of: answers.length, doubtful: takeDoubtful() };
      answers = [];
      blocked = 0;
      return { gone: certain, tripped };
    },
    waitsSince: () => answers.find((answer) => answer.doubtful)?.doubtful?.since ?? null,
    judge() {
      return { gone: blocked <= FEW || blocked / answers.length <= SHARE, doubtful: takeDoubtful() };
    },
  };
}
