import type { ShownState } from '../state-words.ts'

/** A small picture beside the page. */
export interface Thumbnail {
  /** Relative to the page. */
  src: string
  /** Pixels. */
  width: number
  height: number
}

/** One of the pictures of a render. */
export interface Candidate {
  /** From 1; what `pick` takes. */
  number: number
  thumbnail: Thumbnail | undefined
}

/** What a gallery tells of one picture that a project asks for. */
export interface Card {
  /** Name of the entry, `hero:dark` for a dark version; undefined for an import. */
  name: string | undefined
  /** How messages call it. */
  label: string
  /** Such as `images.yaml:4:3`. */
  where: string
  /** The words as they are sent. */
  prompt: string
  model: string
  size: string
  quality: string | undefined
  /** What it is an edit of: entries by their names, and files as their author wrote them. */
  inputs: string[]
  alt: string | undefined
  state: ShownState
  /** Name of the entry that has to be rendered first. */
  after: string | undefined
  /** Dollars at the most, if it is rendered (again). */
  worst: number
  /** Whether `worst` is only the highest price of what is left open. */
  open: boolean
  /** The words that the picture was rendered for, when it was accepted for others. */
  madeFor: string | undefined
  /** Name of the file that was imported. */
  file: string | undefined
  /** What was paid, in dollars, and when (ISO 8601); for what was rendered. */
  paid: { usd: number; isPretend: boolean; created: string } | undefined
  /** Which candidate is used, from 1. */
  pick: number
  candidates: Candidate[]
  problem: { message: string; hint: string | undefined } | undefined
}

/** What the page of a gallery shows. */
export interface GalleryContent {
  /** Name of the project. */
  title: string
  /** Entries of the manifests, in their order. */
  entries: Card[]
  /** Pictures that only sources name. */
  imports: Card[]
  /** What could not be read, as messages with their places. */
  problems: string[]
  /** Dollars that were paid for all renders of the page. */
  spent: number
  /** How many of them are pretend, and cost nothing. */
  pretend: number
}
