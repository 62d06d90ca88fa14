// Two builds in turn, A B A B …, so that whatever else the machine does falls on both.

/**
 * `sides` are two `{ name, run }`; `run` prepares, measures, checks, and gives `{ wall, cpu }` in seconds.
 * The ratios are those of the first side to the second, pair by pair.
 */
export async function race(sides, { runs, note }) {
  const counted = sides.map(() => [])
  for (let round = 0; round <= runs; round++) {
    for (const [index, side] of sides.entries()) {
      const { wall, cpu } = await side.run()
      note(`${round === 0 ? 'warm-up' : `run ${round}/${runs}`}: ${side.name} ${wall.toFixed(2)} s`)
      if (round > 0) counted[index].push({ wall, cpu })
    }
  }
  const [ours, theirs] = counted
  const of = (what) => ({
    sides: Object.fromEntries(
      sides.map(({ name }, index) => [name, spread(counted[index].map((run) => run[what]))]),
    ),
    ratio: spread(ours.map((run, index) => run[what] / theirs[index][what])),
  })
  return { runs, wall: of('wall'), cpu: ours[0].cpu === undefined ? undefined : of('cpu') }
}

/** Least, median and greatest of some numbers. */
export function spread(values) {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  const median = (sorted[Math.floor(middle - 0.5)] + sorted[Math.ceil(middle - 0.5)]) / 2
  return { min: sorted[0], median, max: sorted.at(-1) }
}
