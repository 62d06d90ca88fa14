import {
  count,
  oneProblem,
  openAcceptor,
  pictureNames,
  quote,
  visible,
  type Accepted,
  type Acceptor,
  type Present,
  type Proposal,
  type TakenPictures,
} from '../engine/index.ts'
import { asOneTokenError, type OneTokenError } from '../errors.ts'
import { asideLines, pickLine, sharerLines } from './aside.ts'
import { acceptRequest, type AcceptRequest, type AcceptRequestFlags } from './accept-request.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson, say, sayProblem } from './output.ts'
import { agrees, Interrupted } from './questions.ts'
import { staleLines, staleSince } from './stale.ts'
import { table } from './table.ts'
import { canAsk, lineText, withEngine } from './terminal.ts'

/** Flags of `onetoken accept`. */
export interface AcceptFlags extends GlobalFlags, AcceptRequestFlags {
  replace?: boolean
  yes?: boolean
}

/** `onetoken accept <name> [words]`, `onetoken accept [...names and groups]` and `onetoken accept --all` */
export async function accept(args: string[], flags: AcceptFlags): Promise<number> {
  const done: Done = { accepted: [], present: [], problems: [] }
  let isOfMany = flags.all === true
  try {
    const isAgreed = await withEngine(flags, async (engine) => {
      const request = acceptRequest(args, pictureNames(await engine.project()), flags)
      isOfMany ||= request.members.length > 0
      const acceptor = await openAcceptor(engine)
      await acceptNamed(acceptor, request, flags, done)
      return !isOfMany || (await acceptAll(acceptor, flags, done, flags.all ? undefined : request.members))
    })
    return await report(done, { isAgreed, isOfMany }, flags)
  } catch (thrown) {
    // What was accepted before that question stays so.
    if (thrown instanceof Interrupted) await report(done, { isAgreed: false, isOfMany }, flags)
    throw thrown
  }
}

/** What was done, and what was not. */
interface Done {
  accepted: Accepted[]
  present: (Present & Answered)[]
  problems: OneTokenError[]
}

/** What had come for a request that was settled. */
interface Answered {
  /** Key of its record. */
  answer?: string | undefined
}

/** One after the other: the next one may be an edit of this one. */
async function acceptNamed(
  acceptor: Acceptor,
  { names, words, from }: AcceptRequest,
  { replace }: AcceptFlags,
  { accepted, present, problems }: Done,
): Promise<void> {
  for (const name of new Set(names)) {
    await attempt(problems, async () => {
      const plan = await acceptor.plan(name, { words, from, replace })
      if (plan.state === 'present') {
        present.push({ ...plan, answer: await plan.settle?.() })
      } else accepted.push(await plan.accept())
    })
  }
}

/** All that are missing, or those of these names. False when a person does not want it. */
async function acceptAll(
  acceptor: Acceptor,
  flags: AcceptFlags,
  done: Done,
  names?: readonly string[],
): Promise<boolean> {
  const tried = new Set<string>()
  // With a picture, others may follow that are edits of it.
  for (;;) {
    const { proposals, problems } = await acceptor.propose(names)
    // What has failed is told, and nobody is asked about it once more.
    const left = proposals.filter(({ name }) => !tried.has(name))
    if (left.length === 0) {
      done.problems.push(...problems)
      return true
    }
    if (!(await agreed(left, flags, done))) return false
    for (const { name, plan: planAgain } of left) {
      tried.add(name)
      await attempt(done.problems, async () => {
        const plan = await planAgain()
        // What was rendered meanwhile is there; a request for another one is looked at one by one.
        if (plan.state === 'present') done.present.push({ ...plan, settle: undefined })
        else done.accepted.push(await plan.accept())
      })
    }
  }
}

/** What is wrong with one entry keeps no other from being accepted. */
async function attempt(problems: OneTokenError[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    problems.push(error)
  }
}

/** A person sees the list and is asked; it costs nothing, so that a machine need not say --yes. */
async function agreed(
  proposals: readonly Proposal[],
  flags: AcceptFlags,
  { accepted }: Done,
): Promise<boolean> {
  if (flags.json === true) return true
  for (const line of table(proposals.map(rowOf))) say(line)
  if (flags.yes === true || !canAsk(flags)) return true
  return await agrees({
    message: `Let ${count(proposals.length, 'picture')} stand for the present words?`,
    otherwise: accepted.length === 0 ? 'Nothing was accepted.' : 'Nothing else was accepted.',
  })
}

function rowOf({ name, sharers, from }: Proposal): string[] {
  return [[name, ...sharers].join(', '), fromText(name, from)]
}

function fromText(name: string, { record, images }: TakenPictures): string {
  const { name: of, request, created } = record
  const what = images.length === 1 ? 'the picture' : `the ${images.length} pictures`
  const whose = of === undefined || of === name ? '' : ` of ${visible(of)}`
  return `${what}${whose} of ${visible(created.slice(0, 10))} (${quote(String(request['prompt']))})`
}

/** Says what was done; the exit status that follows from what was not. */
async function report(
  done: Done,
  { isAgreed, isOfMany }: { isAgreed: boolean; isOfMany: boolean },
  flags: AcceptFlags,
): Promise<number> {
  const { accepted, present } = done
  const problem = oneProblem(done.problems, flags.root)
  const stale = await staleSince(
    accepted.flatMap(({ name, sharers }) => [name, ...sharers]),
    flags,
  )
  if (flags.json === true) printJson({ ...acceptJson(done, problem), stale: stale.names })
  else {
    for (const line of accepted.flatMap((one) => acceptedLines(one, flags))) print(line)
    for (const one of present) print(presentLine(one))
    for (const line of staleLines(stale)) print(line)
    if (isOfMany && isAgreed && accepted.length === 0)
      print('Nothing else is missing that had a picture before.')
    if (problem !== undefined) sayProblem(problem, flags.root)
  }
  const isRefused = present.some((one) => one.isRefused)
  return problem?.exitCode ?? (isAgreed && !isRefused ? 0 : 1)
}

function acceptedLines(accepted: Accepted, flags: GlobalFlags): string[] {
  const { name, from, sharers } = accepted
  return [
    `${name} has ${fromText(name, from)}. Nothing was rendered.`,
    ...changeLines(accepted, flags),
    ...sharerLines(sharers),
    ...asideLines(accepted),
  ]
}

function changeLines({ from, change, isReworded, formerPick }: Accepted, flags: GlobalFlags): string[] {
  if (change === undefined) return []
  const where = lineText(change, flags)
  return [
    ...(isReworded ? [`Its new words are in ${where}.`] : []),
    ...(formerPick === undefined ? [] : [pickLine(from.images.length, isReworded ? undefined : where)]),
  ]
}

function presentLine({ name, record, other, isUnwritten, settle, answer }: Present & Answered): string {
  const own = { record, images: record.images }
  const isAlike = other !== undefined && fromText(name, own) === fromText(name, other)
  // Both may be of one day and of the same words: then their keys tell them apart.
  const text = (one: TakenPictures): string =>
    `${fromText(name, one)}${isAlike ? `, key ${one.record.key},` : ''}`
  return [
    `These words of ${name} have ${text(own)} already: nothing was changed.`,
    ...(settle === undefined || answer !== undefined
      ? []
      : ['A request for another one, whose answer is lost, is settled with that.']),
    ...(isUnwritten ? ['To use it, write the words into the manifest.'] : []),
    ...(other === undefined ? [] : [`To take ${text(other)} all the same, add --replace.`]),
    ...(answer === undefined
      ? []
      : [
          `What had come for a request for another one is kept as well. To use that:\n  npx --no-install onetoken accept ${name} --from ${answer} --replace`,
        ]),
  ].join(' ')
}

function acceptJson({ accepted, present }: Done, problem: OneTokenError | undefined): object {
  const { code, message, hint, details } = problem ?? {}
  return {
    accepted: accepted.map(({ name, key, from, change, formerPick, aside, sharers }) => ({
      name,
      key,
      from: { name: from.record.name ?? null, key: from.record.key, created: from.record.created },
      pictures: from.images.length,
      change: change ?? null,
      formerPick: formerPick ?? null,
      aside: aside ?? null,
      sharers,
    })),
    present: present.map(({ name, record, isRefused, settle, answer }) => ({
      name,
      key: record.key,
      isSettled: settle !== undefined,
      answer: answer ?? null,
      isRefused,
    })),
    problem: problem && { code, message, hint, details },
  }
}
