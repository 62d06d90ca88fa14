import { suggestAt, type CommandPlace } from '../engine/index.ts'

let place: CommandPlace = {}

/** Have every command that is suggested from now on work on the same project: with `--cwd` and `--config` as they were typed. */
export function suggestCommandsFor(where: CommandPlace): void {
  place = where
}

/** A text with the project's place in each command that it suggests. */
export function withPlace(text: string): string {
  return suggestAt(text, place)
}
