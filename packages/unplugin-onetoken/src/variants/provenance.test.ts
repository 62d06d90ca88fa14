import { XMLParser, XMLValidator } from 'fast-xml-parser'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { encodePicture } from './encode.ts'
import { xmpPacket } from './provenance.ts'
import { planRecipe } from './recipe.ts'
import { photo, spec, stored, temporaryFolder } from './test-pictures.ts'
import type { Format, Provenance } from './types.ts'

function properties(xmp: string): Record<string, unknown> {
  expect(XMLValidator.validate(xmp)).toBe(true)
  const tree = new XMLParser({ ignoreAttributes: false }).parse(xmp) as Record<
    string,
    Record<string, Record<string, Record<string, unknown>>>
  >
  return tree['x:xmpmeta']?.['rdf:RDF']?.['rdf:Description'] ?? {}
}

describe('xmpPacket', () => {
  it('says that a model made the picture', () => {
    expect(properties(xmpPacket({ composite: false, model: 'gpt-image-2' }))).toMatchObject({
      '@_rdf:about': '',
      '@_xmlns:Iptc4xmpExt': 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
      'xmp:CreatorTool': 'gpt-image-2',
      'Iptc4xmpExt:DigitalSourceType':
        'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
      'Iptc4xmpExt:AISystemUsed': 'gpt-image-2',
    })
  })

  it('says that a model changed the picture', () => {
    expect(properties(xmpPacket({ composite: true, model: 'm' }))['Iptc4xmpExt:DigitalSourceType']).toBe(
      'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia',
    )
  })

  it('stays XML whatever the model is called', () => {
    const model = `</rdf:RDF> & "R&D" 'x' <?xpacket end="w"?> \u0000\u0008\uD800 模型`
    const xmp = xmpPacket({ composite: false, model })
    expect(properties(xmp)['xmp:CreatorTool']).toBe(`</rdf:RDF> & "R&D" 'x' <?xpacket end="w"?> 模型`)
  })
})

describe('the provenance of encoded files', () => {
  async function encoded(provenance: Provenance | undefined): Promise<[Format, string | undefined][]> {
    const folder = await temporaryFolder()
    const source = await stored(
      folder,
      await photo(64, 48)
        .withExif({ IFD0: { Artist: 'Ann' } })
        .withXmp('<secret/>')
        .jpeg()
        .toBuffer(),
    )
    const output = spec({ widths: [32, 64], formats: ['avif', 'webp', 'jpg', 'png'] })
    const recipe = planRecipe(source, output, { provenance, versions: { sharp: '', libvips: '' } })
    const { files } = await encodePicture({ source, ...recipe, folder, preview: false })
    expect(files).toHaveLength(8)
    return Promise.all(
      files.map(async ({ file, format }) => {
        const { xmp, exif, icc, iptc } = await sharp(file).metadata()
        expect({ exif, icc, iptc }).toEqual({})
        return [format, xmp?.toString('utf8')] as [Format, string | undefined]
      }),
    )
  }

  it('can be read in every format', async () => {
    for (const [format, xmp] of await encoded({ composite: false, model: 'gpt-image-2 <é>' })) {
      expect(properties(xmp ?? format)).toMatchObject({
        'xmp:CreatorTool': 'gpt-image-2 <é>',
        'Iptc4xmpExt:DigitalSourceType':
          'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
      })
    }
  })

  it('is left out on wish, and nothing else takes its place', async () => {
    for (const [, xmp] of await encoded(undefined)) expect(xmp).toBeUndefined()
  })
})
