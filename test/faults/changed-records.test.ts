import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { openGallery } from '../helpers/gallery.ts'
import { useMock } from '../helpers/mock.ts'

const mock = useMock()

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Path = (string | number)[]

/** A value of each other type, and others of its own. */
function others(value: Json): Json[] {
  const all: Json[] = [null, true, false, 0, 1, -1, 2, '', 'x', String(value), [], [value], {}, { value }]
  if (typeof value === 'number') all.push(value + 1, -value, value / 2, value * 10)
  if (typeof value === 'string') all.push(`${value} `, value.toUpperCase(), value.slice(1))
  if (Array.isArray(value)) all.push(value.slice(1), [...value, value[0] ?? 0], value.toReversed())
  return all.filter((other) => JSON.stringify(other) !== JSON.stringify(value))
}

/** Every value within a value, and itself. */
function pathsOf(value: Json, path: Path = []): Path[] {
  const inner = value === null || typeof value !== 'object' ? [] : Object.entries(value)
  const step = (name: string): string | number => (Array.isArray(value) ? Number(name) : name)
  return [path, ...inner.flatMap(([name, one]) => pathsOf(one, [...path, step(name)]))]
}

function at(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, step) => (inner as Record<string, Json>)[step] as Json, value)
}

/** A copy in which `change` was made to the object or list that holds what `path` names. */
function changed(
  value: Json,
  path: Path,
  change: (holder: Record<string, Json>, name: string) => void,
): string {
  const copy = structuredClone(value)
  change(at(copy, path.slice(0, -1)) as Record<string, Json>, String(path.at(-1)))
  return JSON.stringify(copy, null, 2)
}

/** Every text with one value changed, taken away or added, wherever in a record. */
function variationsOf(record: Json): [how: string, text: string][] {
  const all: [string, string][] = others(record).map((other) => ['itself', JSON.stringify(other)])
  for (const path of pathsOf(record)) {
    const value = at(record, path)
    const where = path.join('.')
    if (path.length > 0) {
      for (const other of others(value)) {
        const text = changed(record, path, (holder, name) => (holder[name] = other))
        all.push([`${where} = ${JSON.stringify(other)}`, text])
      }
      const holder = at(record, path.slice(0, -1))
      if (!Array.isArray(holder)) {
        const text = changed(record, path, (holder, name) => Reflect.deleteProperty(holder, name))
        all.push([`without ${where}`, text])
      }
    }
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const name of ['more', '__proto__', 'constructor', 'toJSON']) {
        const text = changed(record, [...path, name], (holder) =>
          Object.defineProperty(holder, name, { value: 1, enumerable: true }),
        )
        all.push([`${where} with ${name}`, text])
      }
    }
  }
  return all.filter(([, text]) => text !== JSON.stringify(record, null, 2))
}

it('every changed field of a record is told, never used, and never bought again', async () => {
  const { treasures, expectFound } = await openGallery(mock)
  let count = 0
  for (const treasure of treasures.filter(({ kind }) => kind === 'record')) {
    for (const [how, text] of variationsOf(JSON.parse(treasure.bytes.toString()) as Json)) {
      await writeFile(treasure.file, text)
      await expectFound(treasure, `${treasure.name}: ${how}`)
      count += 1
    }
  }
  expect(count).toBeGreaterThan(1000)
})

it('what formatters and editors do to a record does no harm', async () => {
  const { treasures, expectWell } = await openGallery(mock)
  for (const { name, file, bytes } of treasures.filter(({ kind }) => kind === 'record')) {
    const text = bytes.toString()
    const value = JSON.parse(text) as Record<string, Json>
    const harmless = [
      JSON.stringify(value),
      JSON.stringify(value, null, '\t'),
      text.replaceAll('\n', '\r\n'),
      `\ufeff${text}`,
      text.trim(),
      JSON.stringify(Object.fromEntries(Object.entries(value).toReversed())),
      // The characters of a name or a text as JSON may write them as well.
      text.replaceAll('prompt', '\\u0070rompt').replaceAll('/', '\\/'),
    ]
    for (const other of harmless) {
      await writeFile(file, other)
      await expectWell(name)
    }
    await writeFile(file, bytes)
  }
})
