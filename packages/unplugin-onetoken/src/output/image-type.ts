/** What is known of an image object before it is used. */
export interface KnownMembers {
  /** Whether it has a text for people who cannot see it. */
  alt: boolean
  /** Whether it has a dark version. */
  dark: boolean
}

/** The TypeScript type of an image object, in which what is known to be there is not optional. */
export function imageType({ alt, dark }: KnownMembers): string {
  const members = [...(alt ? ['alt: string'] : []), ...(dark ? ['dark: OneTokenImage'] : [])]
  return members.length === 0 ? 'OneTokenImage' : `OneTokenImage & { ${members.join('; ')} }`
}
