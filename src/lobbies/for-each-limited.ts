/** Calls `work` for each item, at most `limit` at once. Goes on after a failure, and then rejects with the first one. */
export async function forEachLimited<Item>(
  limit: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items].values();
  const failures: unknown[] = [];
  const worker = async () => {
    // One iterator for all workers: each item is taken once.
    for (const item of rest) {
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
}
