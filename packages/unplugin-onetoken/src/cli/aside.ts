/** What is told of a picture that has taken the place of another one. */
export interface Replacement {
  name: string
  /** Key that the one before is found by. */
  aside: string | undefined
  /** What its "pick" was, where that was taken out. */
  formerPick: number | undefined
  /** Names of entries whose picture it was, where that is not clear. */
  of?: readonly string[] | undefined
}

/** That other entries have the same picture. */
export function sharerLines(sharers: readonly string[], what = 'It'): string[] {
  if (sharers.length === 0) return []
  return [`${what} is the picture of ${sharers.join(', ')} as well, with the same words.`]
}

/** That "pick" was changed, as so many pictures do not reach it, and where, unless another line is told. */
export function pickLine(pictures: number, where?: string): string {
  const why = pictures === 1 ? 'there is one picture' : `there are ${pictures} pictures`
  return `"pick" was changed, as ${why}${where === undefined ? '' : `: ${where}`}.`
}

/** How a picture is brought back that another one has replaced, and which one of the render it was. */
export function asideLines({ name, aside, formerPick, of = [] }: Replacement): string[] {
  if (aside === undefined) return []
  const whose = of.length === 0 ? '' : ` of ${of.join(', ')}`
  return [
    `The picture${whose} that was there is kept. To bring it back:`,
    `  npx --no-install onetoken accept ${name} --from ${aside} --replace`,
    ...(formerPick === undefined ? [] : [`  npx --no-install onetoken pick ${name} ${formerPick}`]),
  ]
}
