import type { RenderRecord } from '../store/record.ts'

/** What has made pictures: files that pages get say so. */
export type MadeBy = NonNullable<RenderRecord['madeBy']>

/** What has made the pictures of a record, as far as `records` tell; undefined for those of a user. */
export function madeBy(record: RenderRecord, records: readonly RenderRecord[]): MadeBy | undefined {
  const { origin, request } = record
  if (origin?.kind === 'imported') return undefined
  if (record.madeBy !== undefined) return record.madeBy
  return { model: String(request['model']), composite: isComposite(record, records, new Set()) }
}

/** Whether a picture of the user's own is in those of a render: as its input, or that of what it is an edit of. */
function isComposite(record: RenderRecord, records: readonly RenderRecord[], seen: Set<string>): boolean {
  if (record.origin?.kind === 'imported') return true
  if (record.madeBy !== undefined) return record.madeBy.composite
  if (seen.has(record.key)) return false
  seen.add(record.key)
  const { edit, inputs = [] } = record
  const pictures = inputs.filter(({ role }) => role === 'image')
  if (edit === undefined) return pictures.length > 0
  const [parent, ...others] = pictures
  const isOfParent = ({ images }: RenderRecord): boolean =>
    images.some(({ sha256: hash }) => hash === parent?.sha256)
  return others.length > 0 || records.filter(isOfParent).some((one) => isComposite(one, records, seen))
}
