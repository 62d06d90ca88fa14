import type { IdentifiedSpec } from '../../../packages/unplugin-onetoken/src/engine/identify.ts'
import { imageSpec } from '../../../packages/unplugin-onetoken/src/spec/image-spec.ts'
import { renderKey } from '../../../packages/unplugin-onetoken/src/spec/key.ts'

/** The picture that an import of these words stands for. */
export function identified(prompt: string): IdentifiedSpec {
  const place = { file: '/site/main.js', line: 1, column: 1 }
  const spec = imageSpec(
    { prompt, quality: 'low' },
    { name: undefined, base: '/site', place, defaults: [], styles: {} },
  )
  const key = renderKey(spec.render, [], 'onetoken')
  return { spec, key, inputs: [], digests: [], isComposite: false, awaits: key }
}
