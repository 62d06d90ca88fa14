import { OneTokenError } from '../errors.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { RenderRecord } from '../store/record.ts'

/** A picture, as far as its `pick` is concerned. */
type Picking = Pick<ImageSpec, 'label' | 'pick'>

/** The error for a `pick` that the pictures of a record do not reach. */
export function pickBeyond(
  { label, pick }: Picking,
  { images, origin, request }: RenderRecord,
): OneTokenError {
  const came = images.length === 1 ? '1 picture' : `${images.length} pictures`
  const asked = Number(request['n'])
  const isLess = origin === undefined && images.length < asked
  return new OneTokenError(
    'PICK_BEYOND',
    `${label} has ${came}${isLess ? `, though ${asked} were asked for` : ''}: there is no number ${pick}.`,
    {
      hint:
        images.length === 1
          ? 'Choose number 1, or raise "n" to have several to choose from: that is another render.'
          : `Choose one from 1 to ${images.length}.`,
    },
  )
}

/** The same where it is so; undefined when its `pick` reaches one of the pictures. */
export function pickProblem(picking: Picking, record: RenderRecord): OneTokenError | undefined {
  return record.images.length < picking.pick ? pickBeyond(picking, record) : undefined
}
