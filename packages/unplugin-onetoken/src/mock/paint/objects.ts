import type { Pen } from './pen.ts'

const GLAZES = [
  ['#fdfbf6', '#eee8dc', '#b9b0a2'],
  ['#4f7f86', '#356068', '#1e3d45'],
  ['#d98a68', '#b8633f', '#753821'],
  ['#3d4250', '#2a2e3a', '#171a22'],
  ['#dfe5d8', '#b9c7b0', '#7f9078'],
] as const

/** A mug with something hot in it. */
export function drawMug(pen: Pen): string {
  const glaze = pen.gradient(pen.random.pick(GLAZES))
  const inside = pen.gradient(['#3a2012', '#6b4023'], 'down')
  const steam = Array.from({ length: 3 }, (_, index) => {
    const x = -14 + index * 14
    const sway = pen.random.between(6, 12) * (index % 2 ? 1 : -1)
    return `<path d="M${x} -84C${x + sway} -98 ${x - sway} -110 ${x + sway * 0.6} -128" stroke="${pen.gradient(['#ffffff/0', '#ffffff/0.55', '#ffffff/0.1'], 'down')}" stroke-width="5" fill="none" stroke-linecap="round"/>`
  }).join('')
  return `${pen.shadow(104, 0.5)}${steam}
  <path d="M30 -62C58 -66 62 -22 28 -20" stroke="${glaze}" stroke-width="8" fill="none"/>
  <path d="M-36 -76C-36 -40 -33 -14 -26 -4C-20 2 20 2 26 -4C33 -14 36 -40 36 -76Z" fill="${glaze}"/>
  <path d="M${-26 * -pen.side} -70C${-25 * -pen.side} -46 ${-23 * -pen.side} -26 ${-18 * -pen.side} -12" stroke="#fff" stroke-width="5" stroke-linecap="round" fill="none" opacity=".35"/>
  <ellipse cx="0" cy="-76" rx="36" ry="9" fill="${glaze}"/><ellipse cx="0" cy="-75.5" rx="32" ry="7.2" fill="${inside}"/>
  <path d="M-22 -75C-10 -79 12 -79 22 -75" stroke="${pen.colour('#c99a68')}" stroke-width="1.4" fill="none" opacity=".7"/>`
}

/** A desk lamp with a round shade, switched on. */
export function drawLamp(pen: Pen): string {
  const metal = pen.gradient(['#d9b36a', '#a87f3a', '#5f451c'])
  const shade = pen.gradient(pen.random.pick(GLAZES))
  return `${pen.shadow(80, 0.5)}
  <ellipse cx="-6" cy="-44" rx="80" ry="70" fill="${pen.gradient(['#ffe6a8/0.75', '#ffd890/0.25', '#ffd890/0'], 'round')}"/>
  <path d="M-30 0C-30 -7 30 -7 30 0C24 3 -24 3 -30 0Z" fill="${metal}"/><path d="M-3 -4L-3 -62L3 -62L3 -4Z" fill="${metal}"/>
  <path d="M0 -62C4 -84 -6 -96 -20 -98" stroke="${metal}" stroke-width="4" fill="none"/>
  <path d="M-58 -62C-58 -92 -34 -104 -14 -100C6 -96 12 -78 10 -62Z" fill="${shade}"/>
  <ellipse cx="-24" cy="-62" rx="34" ry="5.5" fill="${pen.glow('#fff2c8')}"/>
  <path d="M-50 -66C-50 -84 -40 -92 -28 -95" stroke="#fff" stroke-width="3.5" stroke-linecap="round" fill="none" opacity=".4"/>`
}

/** A plant with broad leaves in a pot. */
export function drawPlant(pen: Pen): string {
  const pot = pen.gradient(pen.random.pick(GLAZES))
  const leaves = Array.from({ length: 13 }, (_, index) => {
    const angle = -90 + (index - 6) * 13 + pen.random.between(-6, 6)
    const length = pen.random.between(44, 68) * (1 - Math.abs(index - 6) * 0.045)
    const broad = length * pen.random.between(0.17, 0.24)
    const green = pen.gradient(
      pen.random.pick([
        ['#8fbf72', '#5a9150', '#2f5f36'],
        ['#6fa86a', '#41774a', '#204a30'],
        ['#a9cf86', '#6f9f58', '#3d6a3a'],
      ]),
    )
    return `<g transform="translate(0 -36) rotate(${angle.toFixed(1)})"><path d="M0 0C${(length * 0.3).toFixed(1)} ${(-broad).toFixed(1)} ${(length * 0.8).toFixed(1)} ${(-broad).toFixed(1)} ${length.toFixed(1)} 0C${(length * 0.8).toFixed(1)} ${broad.toFixed(1)} ${(length * 0.3).toFixed(1)} ${broad.toFixed(1)} 0 0Z" fill="${green}"/><path d="M0 0L${(length * 0.94).toFixed(1)} 0" stroke="${pen.colour('#dcebc4')}" stroke-width=".8" opacity=".6"/></g>`
  }).join('')
  return `${pen.shadow(84, 0.5)}${leaves}
  <path d="M-27 -38L27 -38L21 -2C14 2 -14 2 -21 -2Z" fill="${pot}"/><path d="M-30 -44L30 -44L29 -36L-29 -36Z" fill="${pot}"/>
  <ellipse cx="0" cy="-44" rx="30" ry="5" fill="${pen.colour('#3a281c')}"/>`
}

/** Fruit on a table. */
export function drawFruit(pen: Pen): string {
  const one = (x: number, y: number, r: number, colours: readonly string[]): string => {
    const light = -pen.side * -r * 0.35
    return `<g transform="translate(${x} ${y})"><path d="M0 ${-r * 0.86}C${r * 0.9} ${-r * 1.3} ${r * 1.25} ${r * 0.1} ${r * 0.55} ${r * 0.8}C${r * 0.2} ${r} ${-r * 0.2} ${r} ${-r * 0.55} ${r * 0.8}C${-r * 1.25} ${r * 0.1} ${-r * 0.9} ${-r * 1.3} 0 ${-r * 0.86}Z" fill="${pen.gradient(colours)}"/><ellipse cx="${light}" cy="${-r * 0.35}" rx="${r * 0.22}" ry="${r * 0.3}" fill="#fff" opacity=".35"/><path d="M0 ${-r * 0.8}C${r * 0.05} ${-r * 1.1} ${r * 0.2} ${-r * 1.25} ${r * 0.25} ${-r * 1.35}" stroke="${pen.colour('#4a3018')}" stroke-width="2.5" fill="none"/><path d="M${r * 0.1} ${-r * 1.05}C${r * 0.4} ${-r * 1.5} ${r * 0.8} ${-r * 1.3} ${r * 0.85} ${-r * 1.15}C${r * 0.6} ${-r * 0.95} ${r * 0.3} ${-r * 0.9} ${r * 0.1} ${-r * 1.05}Z" fill="${pen.gradient(['#8fbf5a', '#4f8038'])}"/></g>`
  }
  return `${pen.shadow(130, 0.5)}${one(38, -26, 28, ['#f7d35f', '#e0a52e', '#9a6a16'])}${one(-36, -28, 30, ['#b9d06a', '#8aa83c', '#55701f'])}${one(0, -34, 36, ['#f0604a', '#c8322c', '#7a1620'])}`
}

/** A thrown vessel whose outline is different every time. */
export function drawVase(pen: Pen): string {
  const { random } = pen
  const glaze = pen.gradient(random.pick(GLAZES))
  const belly = random.between(24, 38)
  const high = random.between(0.3, 0.65) * 90
  const neck = random.between(7, 16)
  const lip = neck + random.between(1, 9)
  const foot = random.between(12, 22)
  const half = (sign: number): string =>
    `C${sign * belly * 0.85} ${-high * 0.25} ${sign * belly} ${-high * 0.6} ${sign * belly} ${-high}C${sign * belly} ${-high - 24} ${sign * neck} ${-78} ${sign * neck} -88C${sign * neck} -94 ${sign * lip} -97 ${sign * lip} -99`
  const mirrored = `M${-foot} -2${half(-1)}L${lip} -99C${lip} -97 ${neck} -94 ${neck} -88C${neck} -78 ${belly} ${-high - 24} ${belly} ${-high}C${belly} ${-high * 0.6} ${belly * 0.85} ${-high * 0.25} ${foot} -2C${foot * 0.6} 1.5 ${-foot * 0.6} 1.5 ${-foot} -2Z`
  const shine = pen.side * belly * 0.62
  const twigs = random.chance(0.5)
    ? Array.from({ length: 5 }, (_, index) => {
        const lean = (index - 2) * 14 + random.between(-5, 5)
        return `<path d="M${(lean * 0.1).toFixed(1)} -98C${(lean * 0.3).toFixed(1)} -118 ${(lean * 0.7).toFixed(1)} -132 ${lean.toFixed(1)} ${(-142 - random() * 14).toFixed(1)}" stroke="${pen.colour('#7d6a48')}" stroke-width="1.3" fill="none"/><ellipse cx="${lean.toFixed(1)}" cy="-146" rx="3.5" ry="8" fill="${pen.gradient(['#f0ddb4', '#c9a870'])}" transform="rotate(${(lean * 0.7).toFixed(1)} ${lean.toFixed(1)} -146)"/>`
      }).join('')
    : ''
  return `${pen.shadow(88, 0.5)}${twigs}<path d="${mirrored}" fill="${glaze}"/><ellipse cx="0" cy="-99" rx="${lip}" ry="${lip * 0.22}" fill="${pen.colour('#241d18')}"/>
  <path d="M${shine} ${-high - 10}C${shine * 1.1} ${-high} ${shine * 1.1} ${-high * 0.7} ${shine * 0.95} ${-high * 0.5}" stroke="#fff" stroke-width="4" stroke-linecap="round" fill="none" opacity=".38"/>`
}
