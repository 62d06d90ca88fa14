import Image from 'next/image'
import type { ReactNode } from 'react'
import { fox, hero } from '../pictures'

export default function Page(): ReactNode {
  return (
    <>
      <header>
        <Image src={hero} alt={hero.alt} placeholder="blur" sizes="100vw" preload />
      </header>
      <main>
        <h1>Pictures from words</h1>
        <p>The cabins and the fox were made from words before this page was built.</p>
        <Image src={fox} alt={fox.alt} placeholder="blur" sizes="(width >= 33rem) 30rem, 92vw" />
      </main>
    </>
  )
}
