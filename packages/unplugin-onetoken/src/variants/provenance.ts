import type { Provenance } from './types.ts'
import { xmlText } from './xml.ts'

/** IPTC's vocabulary of how a picture came to be: https://cv.iptc.org/newscodes/digitalsourcetype/ */
const SOURCE_TYPES = 'http://cv.iptc.org/newscodes/digitalsourcetype/'

/**
 * An XMP packet that says that a model made the picture, or changed one:
 * IPTC's `DigitalSourceType`, and the model's name as `xmp:CreatorTool` and as
 * `AISystemUsed` (IPTC Photo Metadata Standard 2025.1). The prompt is left out.
 * Holds no date and no padding, so that equal provenance gives equal bytes.
 */
export function xmpPacket({ composite, model }: Provenance): string {
  const type = composite ? 'compositeWithTrainedAlgorithmicMedia' : 'trainedAlgorithmicMedia'
  const name = xmlText(model)
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about=""',
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
    `<xmp:CreatorTool>${name}</xmp:CreatorTool>`,
    `<Iptc4xmpExt:DigitalSourceType>${SOURCE_TYPES}${type}</Iptc4xmpExt:DigitalSourceType>`,
    `<Iptc4xmpExt:AISystemUsed>${name}</Iptc4xmpExt:AISystemUsed>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('')
}
