/**
 * Looks for what is due: at once when somebody says so, and every so often; one look at a time, and once more where
 * something came up meanwhile.
 */
export type Rounds = {
  /** Looks every `pollMs` from now on, and now. */
  start(): void;
  /** Something may be due in a moment: the transaction that put it is not over yet. */
  wake(): void;
  /** Looks now; resolves when nothing more is found. Never rejects. */
  look(): Promise<void>;
  /** From now on nothing is looked for. */
  end(): void;
  /** Resolves when the look that was under way is over. */
  over(): Promise<void>;
  readonly ended: boolean;
  readonly looking: boolean;
};

/** Lets the transaction that put something commit. */
const wakeAfterMs = 20;

/**
 * @param round one look; true: there may be more
 * @param fault told what a look failed with; the next one tries again
 */
export function createRounds(
  round: () => Promise<boolean>,
  { pollMs, fault }: { pollMs: number; fault(error: unknown): void },
): Rounds {
  let looking: Promise<void> | null = null;
  let again = false;
  let ended = false;
  let poll: NodeJS.Timeout | null = null;
  let soon: NodeJS.Timeout | null = null;

  async function untilNothing(): Promise<void> {
    try {
      for (let more = false; (more || again) && !ended; ) {
        again = false;
        more = await round();
      }
    } catch (error) {
      fault(error);
    }
  }

  function look(): Promise<void> {
    again = true;
    looking ??= untilNothing().finally(() => {
      looking = null;
    });
    return looking;
  }

  return {
    look,
    start() {
      void look();
      poll = setInterval(() => void look(), pollMs);
      poll.unref();
    },
    wake() {
      if (soon || ended) return;
      soon = setTimeout(() => {
        soon = null;
        void look();
      }, wakeAfterMs);
      soon.unref();
    },
    end() {
      ended = true;
      if (poll) clearInterval(poll);
      if (soon) clearTimeout(soon);
    },
    async over() {
      await looking;
    },
    get ended() {
      return ended;
    },
    get looking() {
      return looking !== null;
    },
  };
}
