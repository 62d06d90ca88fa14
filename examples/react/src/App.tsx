import fox from 'virtual:onetoken?prompt=A red fox in fresh snow&quality=low&w=640'
import { hero } from './images.yaml'
import { Picture } from './Picture'

export function App() {
  return (
    <>
      <header>
        <Picture image={hero} sizes="100vw" />
      </header>
      <main>
        <h1>Pictures from words</h1>
        <p>The cabins, the fox and the paper behind them were made from words when this page was built.</p>
        <img src={fox} width="640" height="640" alt="A red fox in the snow" />
      </main>
    </>
  )
}
