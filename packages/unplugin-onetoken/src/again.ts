/**
 * How a person asks for one picture once more, knowing that it costs. Ends a sentence such as
 * `To pay for it again: …`, without a full stop.
 * `label` is what messages call the picture: the name of an entry, or the words of an import in quotes.
 */
export function askAgain(label: string): string {
  return label.startsWith('"')
    ? 'give its import another "take", as in &take=2'
    : `npx --no-install onetoken render ${label} --again`
}
