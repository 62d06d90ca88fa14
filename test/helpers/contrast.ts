/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Text of a page and how well it stands out from what is behind it. */
export interface Contrast {
  text: string
  /** As WCAG counts it: from 1 to 21. */
  ratio: number
}

/** The contrast of every text that is seen. Runs in the browser, so that nothing outside of it can be used. */
export function contrasts(): Contrast[] {
  const channels = (color: string): number[] =>
    [...color.matchAll(/[\d.]+/g)].map(([number]) => Number(number))
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color)
      .slice(0, 3)
      .map((channel) => channel / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const ground = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    const [, , , alpha = 1] = channels(backgroundColor)
    return alpha === 0 ? ground(element.parentElement) : backgroundColor
  }
  const found: Contrast[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    const text = node.textContent?.trim() ?? ''
    if (element === null || text === '' || !element.checkVisibility()) continue
    const [light = 0, dark = 0] = [
      luminance(getComputedStyle(element).color),
      luminance(ground(element)),
    ].sort((a, b) => b - a)
    found.push({ text, ratio: (light + 0.05) / (dark + 0.05) })
  }
  return found
}
