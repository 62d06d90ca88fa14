import type { Pen } from './pen.ts'

/** A lighthouse with its keeper's house; the lamp shines when it is dark. */
export function drawLighthouse(pen: Pen): string {
  const wall = pen.gradient(['#ffffff', '#eee9e2', '#a9a6a8'])
  const band = pen.gradient(['#d8503f', '#b93a30', '#7a2422'])
  const roof = pen.gradient(['#5a3a38', '#3d2628'])
  const stripe = (top: number, bottom: number): string => {
    const half = (y: number): number => 9 + (-y < 80 ? (80 + y) * 0.075 : 0)
    return `<path d="M${-half(top)} ${top}L${half(top)} ${top}L${half(bottom)} ${bottom}L${-half(bottom)} ${bottom}Z" fill="${band}"/>`
  }
  const beam = pen.dark
    ? `<path d="M0 -88L170 -118L170 -66ZM0 -88L-170 -104L-170 -78Z" fill="${pen.gradient(['#fff3c4/0', '#fff3c4/0.35', '#fff3c4/0'])}"/><circle cx="0" cy="-88" r="20" fill="${pen.gradient(['#fff6d0/0.9', '#ffe9a0/0'], 'round')}"/>`
    : ''
  return `${pen.shadow(70, 0.35)}
  <path d="M14 -24L46 -24L46 0L14 0Z" fill="${wall}"/><path d="M10 -23L20 -36L42 -36L50 -23Z" fill="${roof}"/>
  <path d="M22 -16h6v8h-6zM34 -16h6v8h-6z" fill="${pen.dark ? pen.glow('#ffd27a') : pen.colour('#4a5a6c')}"/>
  <path d="M-9 -80L9 -80L15 0L-15 0Z" fill="${wall}"/>${stripe(-68, -52)}${stripe(-36, -18)}
  <path d="M-2 -62h4v7h-4zM-2 -30h4v7h-4zM-4 -11C-4 -15 4 -15 4 -11L4 0L-4 0Z" fill="${pen.colour('#3a3f4a')}"/>
  <path d="M-13 -83L13 -83L12 -79L-12 -79Z" fill="${pen.colour('#39333a')}"/>
  <path d="M-13 -83V-88H13V-83M-8 -83V-88M8 -83V-88M-3 -83V-88M3 -83V-88" stroke="${pen.colour('#39333a')}" stroke-width=".8" fill="none"/>
  <path d="M-6 -83h12v-11h-12z" fill="${pen.dark ? pen.glow('#ffe9a6') : pen.colour('#b9d3e2')}"/><path d="M-6 -94h12M-2 -94v11M2 -94v11" stroke="${pen.colour('#39333a')}" stroke-width=".7"/>
  <path d="M-8 -94C-7 -100 7 -100 8 -94ZM-.6 -100h1.2v-5h-1.2z" fill="${band}"/>${beam}`
}

/** A small sailing boat on the water, with what the water shows of it. */
export function drawBoat(pen: Pen): string {
  const sail = pen.gradient(['#ffffff', '#f4eee2', '#c9bfb2'])
  const hull = pen.gradient(['#8a4a32', '#6a3526', '#40201a'])
  const body = `<path d="M-2 -14L-2 -98L3 -98L3 -14Z" fill="${pen.colour('#4f3a2a')}"/>
  <path d="M5 -92C34 -68 42 -40 42 -18L5 -18Z" fill="${sail}"/><path d="M-5 -86C-18 -62 -28 -38 -32 -18L-5 -18Z" fill="${sail}"/>
  <path d="M5 -66C26 -62 36 -60 36.5 -58M5 -42C26 -40 38 -39 40.5 -38" stroke="${pen.colour('#a89c8c')}" stroke-width=".7" fill="none"/>
  <path d="M-44 -14L48 -14C44 -4 36 0 28 0L-30 0C-38 0 -43 -6 -44 -14Z" fill="${hull}"/><path d="M-44 -14L48 -14L47 -11L-43 -11Z" fill="${pen.colour('#f1e6d2')}"/>
  <path d="M3 -98L18 -94L3 -90Z" fill="${pen.colour('#c8433c')}"/>`
  const lines = Array.from({ length: 7 }, (_, index) => {
    const y = 3 + index * 5
    const half = pen.random.between(20, 60) * (1 - index * 0.08)
    return `M${(-half).toFixed(1)} ${y}q${half.toFixed(1)} ${pen.random.between(-3, 3).toFixed(1)} ${(half * 2).toFixed(1)} 0`
  }).join('')
  return `<g transform="scale(1 -.62)" opacity=".28">${body}</g>
  <ellipse cx="0" cy="1" rx="56" ry="4" fill="${pen.gradient(['#06121f/0.8', '#06121f/0.4', '#06121f/0'], 'round')}"/>${body}
  <path d="${lines}" stroke="${pen.gradient(['#ffffff/0', '#ffffff/0.5', '#ffffff/0'])}" stroke-width="1" fill="none"/>`
}

/** A cabin of logs with a lit window and smoke. */
export function drawCabin(pen: Pen, snow: boolean): string {
  const logs = pen.gradient(['#8a5a38', '#6d4429', '#452a1a'])
  const gable = pen.gradient(['#7a4d2f', '#5c3822', '#3c2416'])
  const roof = snow
    ? pen.gradient(['#ffffff', '#e6edf5', '#b9c6d8'], 'down')
    : pen.gradient(['#7d3b32', '#4c2420'], 'down')
  const pane = pen.dark ? pen.glow('#ffcf78') : pen.colour('#ffe9b8')
  const lines = Array.from({ length: 7 }, (_, index) => `M-46 ${-5 - index * 5}H46`).join('')
  const smoke = Array.from({ length: 6 }, (_, index) => {
    const rise = index / 5
    return `<ellipse cx="${(22 + rise * 26 + pen.random.between(-3, 3)).toFixed(1)}" cy="${(-84 - rise * 46).toFixed(1)}" rx="${(4 + rise * 12).toFixed(1)}" ry="${(4 + rise * 9).toFixed(1)}" fill="${pen.gradient(['#ffffff/0.4', '#ffffff/0'], 'round')}"/>`
  }).join('')
  const shine = pen.dark
    ? `<ellipse cx="-22" cy="-20" rx="34" ry="26" fill="${pen.gradient(['#ffcf78/0.55', '#ffcf78/0'], 'round')}"/>`
    : ''
  return `${pen.shadow(110, 0.4)}${smoke}
  <path d="M16 -84h12v24h-12z" fill="${pen.gradient(['#9a8f88', '#6c625e'])}"/>
  <path d="M-46 -42L46 -42L46 0L-46 0Z" fill="${logs}"/><path d="${lines}" stroke="${pen.colour('#2f1c10')}" stroke-width=".8" opacity=".6"/>
  <path d="M-50 -40L0 -78L50 -40Z" fill="${gable}"/>
  <path d="M-56 -36L0 -80L56 -36L52 -31L0 -71L-52 -31Z" fill="${roof}"/>
  <path d="M-32 -30h20v16h-20zM-7 -62h14v10h-14z" fill="${pane}"/><path d="M-22 -30v16M-32 -22h20M0 -62v10" stroke="${pen.colour('#3a2416')}" stroke-width="1.4"/><path d="M-32 -30h20v16h-20zM-7 -62h14v10h-14z" fill="none" stroke="${pen.colour('#3a2416')}" stroke-width="1.6"/>
  <path d="M8 -32h20v32h-20z" fill="${pen.gradient(['#4f6b58', '#33493c'])}"/><circle cx="24.5" cy="-16" r="1.2" fill="${pen.colour('#e0c080')}"/>${shine}`
}

/** A hot-air balloon high in the air. */
export function drawBalloon(pen: Pen): string {
  const [one, two] = pen.random.pick([
    [
      ['#f27a54', '#d8503f', '#8f2f2f'],
      ['#ffe2b0', '#f4c078', '#b3803f'],
    ],
    [
      ['#5aa0c8', '#3a78a8', '#234a70'],
      ['#fff6e4', '#efe2c8', '#b0a288'],
    ],
    [
      ['#f4b94f', '#dd8f2e', '#935818'],
      ['#7d4f8f', '#5e3772', '#3b2049'],
    ],
  ] as const)
  const outer = pen.gradient(one)
  const inner = pen.gradient(two)
  return `<path d="M0 -160C32 -160 48 -136 44 -110C40 -90 18 -76 10 -64L-10 -64C-18 -76 -40 -90 -44 -110C-48 -136 -32 -160 0 -160Z" fill="${outer}"/>
  <path d="M0 -160C20 -160 30 -134 26 -108C23 -90 11 -76 6 -64L-6 -64C-11 -76 -23 -90 -26 -108C-30 -134 -20 -160 0 -160Z" fill="${inner}"/>
  <path d="M0 -160C8 -160 12 -132 10 -108C9 -90 4 -76 2 -64L-2 -64C-4 -76 -9 -90 -10 -108C-12 -132 -8 -160 0 -160Z" fill="${outer}"/>
  <path d="M-10 -64L-6 -50M10 -64L6 -50M-3 -64L-2 -50M3 -64L2 -50" stroke="${pen.colour('#3a2a20')}" stroke-width=".8"/>
  <path d="M-7 -50L7 -50L6 -40C5 -38 -5 -38 -6 -40Z" fill="${pen.gradient(['#a87848', '#7a5230', '#4c311c'])}"/>
  ${pen.dark ? `<circle cx="0" cy="-64" r="14" fill="${pen.gradient(['#ffd890/0.9', '#ffb050/0'], 'round')}"/>` : ''}`
}

/** A tent, lit from inside when it is dark. */
export function drawTent(pen: Pen): string {
  const cloth = pen.dark
    ? pen.gradient(['#ffe0a0', '#f4a850', '#b8642a'], 'down')
    : pen.gradient(['#f0b060', '#d88838', '#8f5220'])
  return `${pen.shadow(120, 0.4)}${pen.dark ? `<ellipse cx="0" cy="-14" rx="86" ry="44" fill="${pen.gradient(['#ffb860/0.5', '#ffb860/0'], 'round')}"/>` : ''}
  <path d="M-58 0L-4 -56L62 0Z" fill="${cloth}"/><path d="M-4 -56L62 0L22 0Z" fill="${pen.gradient(['#000000/0.05', '#000000/0.35'])}"/>
  <path d="M-4 -56L-20 0L8 0Z" fill="${pen.colour('#4a2c18')}"/><path d="M-4 -56L-20 0L-10 0ZM-4 -56L8 0L0 0Z" fill="${cloth}"/>
  <path d="M-4 -56L-76 2M-4 -56L80 2" stroke="${pen.colour('#e9dcc4')}" stroke-width=".6" opacity=".7"/>`
}

/** Mushrooms with spotted caps. */
export function drawMushroom(pen: Pen): string {
  const cap = pen.gradient(['#e2543c', '#bf3628', '#7d1d1a'])
  const stem = pen.gradient(['#fff8ea', '#e9dcc6', '#b3a48c'])
  const one = (x: number, size: number): string =>
    `<g transform="translate(${x} 0) scale(${size})"><path d="M-9 -60C-7 -36 -12 -12 -14 0L14 0C12 -12 7 -36 9 -60Z" fill="${stem}"/><path d="M-16 -42C-8 -37 8 -37 16 -42L12 -34C6 -31 -6 -31 -12 -34Z" fill="${stem}"/><path d="M0 -96C30 -96 46 -74 44 -60C36 -52 -36 -52 -44 -60C-46 -74 -30 -96 0 -96Z" fill="${cap}"/><path d="M-44 -60C-36 -52 36 -52 44 -60C34 -46 -34 -46 -44 -60Z" fill="${pen.colour('#d9c7a8')}"/><g fill="${pen.colour('#fff6e6')}"><ellipse cx="-14" cy="-82" rx="6" ry="4"/><ellipse cx="8" cy="-88" rx="5" ry="3"/><ellipse cx="24" cy="-74" rx="6" ry="5"/><ellipse cx="-30" cy="-68" rx="5" ry="4"/><ellipse cx="2" cy="-70" rx="6" ry="4.5"/></g></g>`
  return `${pen.shadow(90, 0.45)}${one(30, 0.55)}${one(-8, 1)}`
}
