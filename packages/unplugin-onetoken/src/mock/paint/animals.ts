import type { Pen } from './pen.ts'

/** Short strokes of fur inside an ellipse. */
function fur(
  pen: Pen,
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  colours: string[],
  count: number,
): string {
  let path = ''
  const { random } = pen
  for (const colour of colours) {
    let strokes = ''
    for (let index = 0; index < count; index++) {
      const angle = random() * Math.PI * 2
      const reach = Math.sqrt(random())
      const x = cx + Math.cos(angle) * rx * reach
      const y = cy + Math.sin(angle) * ry * reach
      strokes += `M${x.toFixed(1)} ${y.toFixed(1)}q${random.between(-0.8, 0.8).toFixed(1)} 1 ${random.between(-1.2, 1.2).toFixed(1)} ${random.between(1.6, 3.2).toFixed(1)}`
    }
    path += `<path d="${strokes}" stroke="${pen.colour(colour)}" stroke-width=".3" fill="none" stroke-linecap="round" opacity=".26"/>`
  }
  return path
}

/** A fox that sits and looks at you, its tail around it. */
export function drawFox(pen: Pen): string {
  const coat = pen.gradient(['#f0853a', '#d9641f', '#a8430f'])
  const face = pen.gradient(['#f6924a', '#df6a24', '#b84e14'])
  const white = pen.gradient(['#fffaf2', '#f3e8da', '#cfc0b2'])
  const dark = pen.colour('#2a1a16')
  const legs = pen.gradient(['#d9641f', '#c45a1c', '#4a281c', '#241512'], 'down')
  const eye = (x: number): string =>
    `<ellipse cx="${x}" cy="-71.6" rx="2.1" ry="2.3" fill="${pen.colour('#b3701c')}"/><ellipse cx="${x}" cy="-71.6" rx="1.1" ry="2" fill="#120a08"/><circle cx="${x + 0.7 * pen.side}" cy="-72.6" r=".6" fill="#fff"/><path d="M${x - 3} -72.2q3 -3.4 6 0" stroke="${dark}" stroke-width=".8" fill="none"/>`
  return `${pen.shadow(74, 0.45)}
  <path d="M-14 -4C-30 3 -50 -2 -52 -18C-53 -33 -42 -43 -33 -42C-38 -34 -35 -28 -28 -25C-20 -21 -14 -14 -10 -6Z" fill="${coat}"/>
  <path d="M-33 -42C-43 -43 -53 -33 -52 -20C-48 -22 -46 -27 -42 -27C-41 -31 -37 -30 -35 -33C-37 -36 -36 -39 -33 -42Z" fill="${white}"/>
  ${fur(pen, -34, -16, 13, 9, ['#ffb070', '#8a3208'], 60)}
  <path d="M-8 -62C-20 -52 -29 -34 -27 -15C-26 -4 -17 0 -6 0L14 0C20 -18 22 -40 17 -60Z" fill="${coat}"/>
  <ellipse cx="-11" cy="-15" rx="16" ry="15" fill="${coat}"/>
  <path d="M-24 -22C-20 -31 -8 -33 0 -26" stroke="${pen.colour('#8f3a0c')}" stroke-width=".9" fill="none" opacity=".6"/>
  ${fur(pen, -8, -28, 15, 24, ['#ffb878', '#8a3208'], 130)}
  <path d="M-12 -1C-14 -5 -6 -7 -1 -5C2 -4 3 0 1 0L-10 0Z" fill="${dark}"/>
  <path d="M0 -36C0 -22 2 -10 2.6 -4C.6 -3.4 -.6 0 .6 0L8.6 0C9.6 -4 9.4 -18 11 -34Z" fill="${legs}"/>
  <path d="M9.6 -34C9.4 -20 11 -10 11.6 -4C9.8 -3.4 9 0 10 0L18 0C19.4 -10 19.6 -26 17.6 -40Z" fill="${legs}"/>
  <path d="M-6 -62C-5 -46 0 -33 7 -28C15 -34 20 -48 19 -62Z" fill="${white}"/>
  ${fur(pen, 7, -47, 9, 13, ['#ffffff', '#b7a595'], 60)}
  <path d="M-8 -80L-13 -101C-5 -98 2 -91 4 -85ZM22 -80L27 -101C19 -98 12 -91 10 -85Z" fill="${face}"/>
  <path d="M-13 -101C-10.5 -100 -8 -98.5 -6 -96.8L-10.8 -92ZM27 -101C24.5 -100 22 -98.5 20 -96.8L24.8 -92Z" fill="${dark}"/>
  <path d="M-5.5 -84L-8.5 -95C-3 -92 0 -89 1 -86ZM19.5 -84L22.5 -95C17 -92 14 -89 13 -86Z" fill="${pen.colour('#5a2a1a')}"/>
  <path d="M7 -87C15 -88 21 -85 24 -79C27 -73 30 -70 34 -66C27 -61 19 -57 7 -53C-5 -57 -13 -61 -20 -66C-16 -70 -13 -73 -10 -79C-7 -85 -1 -88 7 -87Z" fill="${face}"/>
  ${fur(pen, 7, -76, 14, 8, ['#ffc08a', '#93390f'], 60)}
  <path d="M-20 -66C-13 -69 -5 -68.5 0 -64.5C3 -62 4.5 -59.5 7 -59.5C9.5 -59.5 11 -62 14 -64.5C19 -68.5 27 -69 34 -66C27 -61 19 -57 7 -53C-5 -57 -13 -61 -20 -66Z" fill="${white}"/>
  <path d="M3.2 -59C3.2 -62 10.8 -62 10.8 -59C10.8 -57 8.5 -55.6 7 -55.2C5.5 -55.6 3.2 -57 3.2 -59Z" fill="#17100e"/>
  <ellipse cx="${6 + pen.side}" cy="-60" rx="1.3" ry=".6" fill="#fff" opacity=".6"/>
  ${eye(-1.5)}${eye(15.5)}`
}

/** A cat that sits, seen from the front. */
export function drawCat(pen: Pen): string {
  const coats = pen.random.pick([
    ['#8f8d94', '#6a6870', '#45434b'],
    ['#e8b27a', '#cf8a48', '#96592a'],
    ['#3d3a40', '#27252b', '#151418'],
  ])
  const coat = pen.gradient(coats)
  const pale = pen.gradient(['#fff8ef', '#efe4d8', '#c9bcae'])
  const line = pen.colour('#1a1516')
  const eye = (x: number): string =>
    `<ellipse cx="${x}" cy="-70" rx="3" ry="3.2" fill="${pen.colour('#b9c25a')}"/><ellipse cx="${x}" cy="-70" rx="1.1" ry="2.9" fill="#0d0b0a"/><circle cx="${x + pen.side}" cy="-71.4" r=".8" fill="#fff"/>`
  return `${pen.shadow(56, 0.45)}
  <path d="M14 -6C32 0 44 -8 42 -24C41 -32 34 -34 31 -29C36 -24 34 -14 24 -14C20 -14 16 -12 14 -6Z" fill="${coat}"/>
  <path d="M-14 -56C-24 -40 -28 -16 -24 -4C-22 0 -14 0 0 0C14 0 22 0 24 -4C28 -16 24 -40 14 -56Z" fill="${coat}"/>
  ${fur(pen, 0, -28, 20, 24, ['#ffffff', '#000000'], 90)}
  <path d="M-9 -54C-10 -40 -6 -30 0 -26C6 -30 10 -40 9 -54Z" fill="${pale}"/>
  <path d="M-11 -30C-12 -16 -12 -8 -12 -3C-14 -1 -13 0 -11 0L-2 0C-1 -10 -1 -20 -2 -30ZM11 -30C12 -16 12 -8 12 -3C14 -1 13 0 11 0L2 0C1 -10 1 -20 2 -30Z" fill="${coat}"/>
  <path d="M-12 -2.5C-11 -5 -3 -5 -2 -2L-2 0L-12 0ZM12 -2.5C11 -5 3 -5 2 -2L2 0L12 0Z" fill="${pale}"/>
  <path d="M-18 -74L-20 -97C-12 -93 -6 -88 -4 -83ZM18 -74L20 -97C12 -93 6 -88 4 -83Z" fill="${coat}"/>
  <path d="M-16 -80L-17.5 -92C-12 -88 -9 -85 -8 -82ZM16 -80L17.5 -92C12 -88 9 -85 8 -82Z" fill="${pen.colour('#d39a92')}"/>
  <path d="M0 -86C14 -86 22 -78 22 -68C22 -57 12 -51 0 -51C-12 -51 -22 -57 -22 -68C-22 -78 -14 -86 0 -86Z" fill="${coat}"/>
  <path d="M0 -66C7 -66 11 -61 9 -56C6 -52 -6 -52 -9 -56C-11 -61 -7 -66 0 -66Z" fill="${pale}"/>
  <path d="M-2.4 -64L2.4 -64L0 -61.5Z" fill="${pen.colour('#c07a74')}"/>
  <path d="M0 -61.5C0 -58 -4 -57 -5.5 -59M0 -61.5C0 -58 4 -57 5.5 -59M-9 -61L-26 -64M-9 -59L-26 -58M9 -61L26 -64M9 -59L26 -58" stroke="${line}" stroke-width=".6" fill="none" opacity=".75"/>
  ${eye(-9)}${eye(9)}`
}

/** A sea otter on its back in the water, in a beret. */
export function drawOtter(pen: Pen): string {
  const coat = pen.gradient(['#8a6243', '#6b4830', '#452d1e'])
  const pale = pen.gradient(['#e9d5b8', '#d0b48e', '#a88a66'])
  const beret = pen.gradient(['#c8433c', '#a32b2b', '#6f1a1f'])
  const water = pen.gradient(['#ffffff/0', '#ffffff/0.55', '#ffffff/0'])
  const eye = (x: number): string =>
    `<circle cx="${x}" cy="-39" r="2.4" fill="#130d0a"/><circle cx="${x + 0.8 * pen.side}" cy="-40" r=".8" fill="#fff"/>`
  return `<ellipse cx="4" cy="-5" rx="66" ry="9" fill="${pen.gradient(['#06121f/0.8', '#06121f/0.5', '#06121f/0'], 'round')}"/>
  <path d="M-16 -30C2 -34 34 -28 52 -16C62 -10 62 -4 50 -2C20 2 -12 0 -26 -6Z" fill="${coat}"/>
  <path d="M-12 -28C6 -30 28 -24 42 -14C28 -12 4 -12 -14 -14Z" fill="${pale}" opacity=".7"/>
  ${fur(pen, 14, -16, 32, 9, ['#b98a62', '#2f1d12'], 110)}
  <path d="M50 -17C58 -30 70 -30 70 -24C70 -18 62 -12 54 -9ZM42 -21C48 -34 58 -35 58 -29C58 -24 52 -18 47 -15Z" fill="${pen.colour('#3d281b')}"/>
  <path d="M0 -30C-2 -38 8 -42 12 -36C13 -32 8 -27 4 -25ZM16 -29C16 -37 26 -38 28 -32C28 -28 22 -24 18 -24Z" fill="${coat}"/>
  <path d="M-24 -58C-8 -58 2 -48 2 -35C2 -21 -10 -14 -24 -14C-38 -14 -49 -21 -49 -35C-49 -48 -40 -58 -24 -58Z" fill="${coat}"/>
  <circle cx="-45" cy="-46" r="4.5" fill="${coat}"/><circle cx="-2" cy="-46" r="4.5" fill="${coat}"/>
  <path d="M-24 -48C-10 -48 -3 -40 -4 -32C-5 -22 -14 -17 -24 -17C-34 -17 -43 -22 -44 -32C-45 -40 -38 -48 -24 -48Z" fill="${pale}"/>
  <path d="M-29 -35C-29 -38 -19 -38 -19 -35C-19 -32.5 -22 -31 -24 -30.5C-26 -31 -29 -32.5 -29 -35Z" fill="#1b1310"/>
  <path d="M-24 -30.5C-24 -26 -30 -25 -32 -28M-24 -30.5C-24 -26 -18 -25 -16 -28M-33 -31L-50 -33M-33 -29L-49 -26M-15 -31L2 -33M-15 -29L1 -26" stroke="#2a1c14" stroke-width=".7" fill="none" opacity=".8"/>
  ${eye(-35)}${eye(-13)}
  <path d="M-46 -52C-50 -66 -26 -76 -8 -68C6 -62 4 -52 -4 -50C-16 -57 -34 -58 -46 -52Z" fill="${beret}"/><path d="M-22 -70L-20 -76" stroke="${pen.colour('#6f1a1f')}" stroke-width="2" stroke-linecap="round"/>
  <path d="M-66 -6C-40 -12 -30 -2 -10 -5C14 -9 30 1 70 -6" stroke="${water}" stroke-width="2.2" fill="none"/>
  <path d="M-50 2C-24 -3 0 5 56 0" stroke="${water}" stroke-width="1.6" fill="none"/>`
}

/** A stag from the side. */
export function drawDeer(pen: Pen): string {
  const coat = pen.gradient(['#b98253', '#8f5c36', '#5c3820'])
  const horn = pen.colour('#5a4330')
  return `${pen.shadow(62, 0.4)}
  <path d="M-24 -34L-27 0L-23.5 0L-18 -32ZM-14 -32L-13 0L-9.5 0L-8 -32ZM14 -32L15 0L18.5 0L20 -34ZM21 -36L25 0L28.5 0L27 -38Z" fill="${pen.gradient(['#8f5c36', '#4a2e1c'], 'down')}"/>
  <path d="M-30 -48C-31 -56 -22 -58 -10 -57C4 -56 14 -58 20 -62C26 -66 28 -72 30 -78L38 -74C37 -62 34 -52 30 -42C26 -32 16 -31 8 -31C-4 -30 -16 -29 -24 -33C-29 -36 -30 -42 -30 -48Z" fill="${coat}"/>
  ${fur(pen, 0, -44, 26, 9, ['#e0ae80', '#4a2b16'], 90)}
  <path d="M-30 -50C-33 -49 -34 -44 -31 -42Z" fill="${pen.colour('#f3e6d6')}"/>
  <path d="M30 -80C34 -85 41 -84 44 -79C47 -76 53 -74 54 -71C54 -68 50 -67 46 -68C40 -68 34 -70 31 -74Z" fill="${coat}"/>
  <path d="M31 -80L24 -84L30 -77Z" fill="${coat}"/><circle cx="41" cy="-78.5" r="1.2" fill="#130c08"/><circle cx="53" cy="-71.5" r="1.3" fill="#1c1310"/>
  <path d="M35 -83C30 -90 26 -96 28 -108M30 -92C25 -93 21 -97 20 -102M28.5 -99C32 -101 34 -104 34 -109M38 -84C42 -90 48 -94 47 -106M43 -91C48 -91 53 -95 54 -100M46.5 -98C43 -100 41 -103 41 -107" stroke="${horn}" stroke-width="1.7" fill="none" stroke-linecap="round"/>`
}

/** A few birds far off, wings up and down. */
export function drawBirds(pen: Pen): string {
  let path = ''
  for (let index = 0; index < 9; index++) {
    const x = pen.random.between(-90, 90)
    const y = -pen.random.between(60, 130)
    const span = pen.random.between(4, 11)
    const lift = span * pen.random.between(0.2, 0.6)
    path += `M${(x - span).toFixed(1)} ${(y - lift).toFixed(1)}q${(span * 0.6).toFixed(1)} ${(-lift * 0.3).toFixed(1)} ${span.toFixed(1)} ${lift.toFixed(1)}q${(span * 0.4).toFixed(1)} ${(-lift * 1.3).toFixed(1)} ${span.toFixed(1)} ${(-lift).toFixed(1)}q${(-span * 0.6).toFixed(1)} ${(lift * 0.2).toFixed(1)} ${(-span).toFixed(1)} ${(lift * 1.35).toFixed(1)}q${(-span * 0.4).toFixed(1)} ${(-lift * 1.1).toFixed(1)} ${(-span).toFixed(1)} ${(-lift * 1.35).toFixed(1)}z`
  }
  return `<path d="${path}" fill="${pen.colour('#2a2f3a')}"/>`
}
