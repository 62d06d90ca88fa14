import { asOneTokenError, OneTokenError } from '../errors.ts'
import { inOrder } from '../store/in-order.ts'
import { planAccept, type Acceptable, type Acceptance, type Accepted, type AcceptOptions } from './accept.ts'
import type { Engine } from './engine.ts'
import { addFormer, allOf, formerRenders, newestOf, type TakenPictures } from './former-renders.ts'
import { namedPicture, pictureNames } from './named-picture.ts'
import { openSharers } from './sharers.ts'

/**
 * Accepts pictures one after the other. What the store and the manifests have is looked at once for all of them, and what
 * is accepted is added.
 */
export interface Acceptor {
  /**
   * Find the picture that an entry had before its words were changed, and see whether it can stand for the present ones.
   * Changes nothing yet. Throws `NO_PICTURE` when there is none, and the error of the store when it cannot be used.
   */
  plan(name: string, options?: AcceptOptions): Promise<Acceptance>
  /**
   * What can be accepted of all entries that are missing and had a picture before, or of those of these names, and what is
   * wrong with others. Entries that will have one picture are one proposal.
   */
  propose(names?: readonly string[]): Promise<{ proposals: Proposal[]; problems: OneTokenError[] }>
}

/** One of several pictures that can be accepted. */
export interface Proposal extends Pick<Acceptable, 'name' | 'from' | 'sharers'> {
  /** Look once more, just before it is accepted: after others were, what was seen may be so no more. */
  plan(): Promise<Acceptance>
}

/** Looked at at once, as what is there for each is asked of the store. */
const AT_ONCE = 16

/** Begin to accept pictures. */
export async function openAcceptor(engine: Engine): Promise<Acceptor> {
  const known = {
    former: await formerRenders(engine),
    sharers: openSharers(engine),
    whole: new Set<string>(),
    isPrepared: false,
  }
  /** Whether manifests say something else by now than what was read of them. */
  let isOutdated = false
  const refresh = (): void => {
    if (isOutdated) engine.refresh()
    isOutdated = false
  }

  const add = async ({ name, key, aside, sharers, change }: Accepted): Promise<void> => {
    const { store } = await engine.store()
    for (const one of [key, ...(aside === undefined ? [] : [aside])]) {
      const lookup = await store.find(one)
      if (lookup.state === 'found') addFormer(known.former, lookup.record)
    }
    known.sharers.changed([name, ...sharers])
    isOutdated ||= change !== undefined
  }

  const plan = async (
    name: string,
    options?: AcceptOptions & { taken?: TakenPictures },
  ): Promise<Acceptance> => {
    const found = await planAccept(engine, name, known, options)
    if (found.state === 'present') return found
    const accept = async (): Promise<Accepted> => {
      const accepted = await found.accept()
      await add(accepted)
      return accepted
    }
    return { ...found, accept }
  }

  /** The newest pictures of each of these that is missing. */
  const missing = async (names: readonly string[]): Promise<(FormerPictures | OneTokenError)[]> => {
    const project = await engine.project()
    const family = await engine.family()
    const look = async (name: string): Promise<FormerPictures | undefined> => {
      const identified = await family.identify(namedPicture(project, name).spec)
      // The next time, when it is known which picture it is an edit of.
      if (identified.waitsFor !== undefined) return undefined
      const newest = newestOf(known.former, name, identified.key)
      if (newest === undefined) return undefined
      // What was refused, or may have been billed, is looked at one by one.
      const { state } = await engine.stateOf(identified)
      return state === 'missing' ? { name, taken: allOf(newest) } : undefined
    }
    const found: (FormerPictures | OneTokenError)[] = []
    for await (const one of inOrder(names, AT_ONCE, (name) => orProblem(look(name)))) {
      if (one !== undefined) found.push(one)
    }
    return found
  }

  return {
    async plan(name, options) {
      refresh()
      return await plan(name, options)
    },

    async propose(asked) {
      refresh()
      const all = pictureNames(await engine.project())
      // Whoever asks for an entry asks for its dark version.
      const names =
        asked === undefined ? all : all.filter((name) => asked.includes(name.replace(/:dark$/, '')))
      const proposals: Proposal[] = []
      const problems: OneTokenError[] = []
      const shared = new Set<string>()
      for (const one of await missing(names)) {
        if (!(one instanceof OneTokenError) && shared.has(one.name)) continue
        const found = one instanceof OneTokenError ? one : await orProblem(plan(one.name, one))
        if (found instanceof OneTokenError) problems.push(found)
        else if (found.state === 'acceptable') {
          const { name, from, sharers } = found
          proposals.push({ name, from, sharers, plan: () => plan(name, { taken: from }) })
          for (const other of sharers) shared.add(other)
        }
      }
      return { proposals, problems }
    },
  }
}

/** The pictures that an entry had before. */
interface FormerPictures {
  name: string
  taken: TakenPictures
}

/** What comes of a work, or what was wrong: with one picture, which is no matter of the others. */
async function orProblem<Result>(work: Promise<Result>): Promise<Result | OneTokenError> {
  return await work.catch((thrown: unknown) => {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return error
  })
}
