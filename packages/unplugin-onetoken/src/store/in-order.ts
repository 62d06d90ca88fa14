/**
 * What `work` gives for each item, in their order, with at most `limit` of them under way. Nothing more is begun than
 * is asked for, so that what is held does not grow with the number of items.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  for (const item of items) {
    const begun = work(item)
    // Its failure is told when its turn comes; until then nobody listens.
    begun.catch(() => undefined)
    underWay.push(begun)
    if (underWay.length >= limit) yield await (underWay.shift() as Promise<Result>)
  }
  for (const begun of underWay) yield await begun
}
