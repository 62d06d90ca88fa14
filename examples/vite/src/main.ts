import images from './images.yaml'
import * as autumn from 'virtual:onetoken?prompt=A pine forest in autumn fog&w=480;960&alt=Fog between autumn trees'
import * as coast from 'virtual:onetoken?prompt=Sea cliffs on a summer morning&w=480;960&alt=The low sun over a calm sea'
import * as pass from 'virtual:onetoken?prompt=Snowy mountain pass under a full moon&w=480;960&alt=Moonlight on snowy peaks'
import paper from 'virtual:onetoken/paper'
import photo from '../photos/cabin.jpg'
import { pictureElement, type Picture } from './picture'
import './style.css'

interface Journey {
  month: string
  title: string
  text: string
  image: Picture
}

const journeys: Journey[] = [
  {
    month: 'June',
    title: 'The coast road',
    text: 'Four days from lighthouse to lighthouse, by bus, by ferry and for the last stretch on foot.',
    image: coast,
  },
  {
    month: 'October',
    title: 'Through the fog woods',
    text: 'The paths are soft now, the huts are empty, and the mornings take their time.',
    image: autumn,
  },
  {
    month: 'January',
    title: 'Over the pass by moonlight',
    text: 'Leave at midnight. The snow carries, and there is more light than anyone needs.',
    image: pass,
  },
]

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name)
  node.className = className
  node.append(...children)
  return node
}

function card({ month, title, text, image }: Journey): HTMLElement {
  return element(
    'article',
    'card',
    pictureElement(image, '(min-width: 60rem) 20rem, (min-width: 40rem) 45vw, 92vw'),
    element('p', 'month', month),
    element('h3', '', title),
    element('p', '', text),
  )
}

function figure(picture: HTMLElement, caption: string): HTMLElement {
  return element('figure', '', picture, element('figcaption', '', caption))
}

const half = '(min-width: 48rem) 46vw, 92vw'
const before = Object.assign(new Image(1536, 1024), {
  src: photo,
  alt: 'A red cabin above a fjord at dusk',
  loading: 'lazy',
})

document
  .querySelector('#app')
  ?.append(
    element(
      'header',
      'hero',
      pictureElement(images.hero, '100vw', true),
      element(
        'div',
        'title',
        element('p', 'kicker', 'A journal of slow journeys'),
        element('h1', '', 'Northbound'),
      ),
    ),
    element(
      'main',
      '',
      element(
        'p',
        'lead',
        'There is a train to almost everywhere, and a path to the rest. We go there slowly, and write down what we see.',
      ),
      element('section', 'cards', ...journeys.map(card)),
      element('h2', '', 'The same window, another sky'),
      element(
        'section',
        'pair',
        figure(before, 'The photograph that was taken'),
        figure(pictureElement(images.morning, half), 'Its sky painted anew, through a mask'),
      ),
    ),
    element('footer', '', 'Every picture on this page was made from words at build time.'),
  )
document.documentElement.style.setProperty('--paper', `url("${paper}")`)
