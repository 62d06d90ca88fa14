// The figures as text.

const NUMBER = 2

/** Lines for the result of a race: each side's spread of seconds, and their ratio. */
export function timesTable({ wall, cpu }) {
  const kinds = { 'wall s': wall, ...(cpu && { 'cpu s': cpu }) }
  const head = ['', ...Object.keys(kinds).flatMap((kind) => [kind, 'min–max'])]
  const rows = Object.keys(wall.sides).map((side) => [
    side,
    ...Object.values(kinds).flatMap((kind) => shown(kind.sides[side])),
  ])
  const ratio = ['ratio, pair by pair', ...Object.values(kinds).flatMap((kind) => shown(kind.ratio))]
  return table([head, ...rows, ratio])
}

/** Lines for what the files weigh and how near they are to their source. */
export function qualityTable(quality) {
  const sides = Object.entries(quality)
  const formats = Object.keys(sides[0][1]).sort()
  const head = ['', ...formats.flatMap((format) => [`${format} kB`, 'dB'])]
  const rows = sides.map(([side, found]) => [
    side,
    ...formats.flatMap((format) => [
      (found[format].bytes / 1000).toFixed(0),
      found[format].psnr.toFixed(NUMBER),
    ]),
  ])
  return table([head, ...rows])
}

/** What the figures of the store are called, with their units. */
const FIGURES = {
  wall: 'wall s',
  p50: 'p50 ms',
  p99: 'p99 ms',
  slowest: 'slowest ms',
  heapGrowth: 'heap + MB',
  rssGrowth: 'RSS + MB',
  peakRss: 'peak RSS MB',
  peakGrowth: 'peak + MB',
}

/** Lines for what the sides of a bench of the store need, each figure with its spread. */
export function storeTable(sides, figures) {
  const head = ['', ...figures.flatMap((figure) => [FIGURES[figure], 'min–max'])]
  const rows = Object.entries(sides).map(([side, found]) => [
    side,
    ...figures.flatMap((figure) => shown(found[figure])),
  ])
  return table([head, ...rows])
}

function shown({ median, min, max }) {
  return [median.toFixed(NUMBER), `${min.toFixed(NUMBER)}–${max.toFixed(NUMBER)}`]
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  ')
  return rows.map((row) => `  ${line(row)}`).join('\n')
}
