import type { OneTokenImage } from 'virtual:onetoken?'

interface PictureProps {
  image: OneTokenImage
  /** How wide it stands on the page: the browser takes the smallest file that is wide enough. */
  sizes: string
}

/** A `<picture>` that shows a blurred preview until the file is there. */
export function Picture({ image, sizes }: PictureProps) {
  const { sources, img } = image.picture
  return (
    <picture>
      {Object.entries(sources).map(([subtype, srcSet]) => (
        <source key={subtype} type={`image/${subtype}`} srcSet={srcSet} sizes={sizes} />
      ))}
      <img
        src={img.src}
        width={img.w}
        height={img.h}
        alt={image.alt ?? ''}
        style={{ background: `center / cover url("${image.blurDataURL}")` }}
      />
    </picture>
  )
}
