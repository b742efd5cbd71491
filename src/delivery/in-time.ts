/**
 * Waits for a call to a platform, but not for ever.
 * @param fault told an error of no known class
 * @returns null where nobody can know what happened: such an error, or no end within `ms`
 */
export async function inTime<T>(
  calling: () => Promise<T>,
  ms: number,
  fault: (error: unknown) => void,
): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), ms);
  try {
    return await Promise.race([calling(), late.promise]);
  } catch (error) {
    fault(error);
    return null;
  } finally {
    clearTimeout(timer);
  }
}
