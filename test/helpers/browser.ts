import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { look, type Shown } from './shown.ts'
import type { StaticServer } from './static-server.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Path of a Chromium that is installed here: `CHROMIUM_PATH`, or the first in `PATH`. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== '') return CHROMIUM_PATH
  const paths = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return paths.find((path) => existsSync(path))
}

/** Start a browser without a window. */
export async function launch(executablePath: string): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    // Chromium's sandbox does not work for root, and a browser that looks at pages of our own needs none.
    args: ['--no-sandbox', '--disable-component-update', '--disable-background-networking'],
  })
}

/** What a browser told of a page. */
export interface Visit extends Shown {
  /** Errors in the console, errors of scripts, and requests that failed or were answered with an error. */
  problems: string[]
  /** Addresses beyond the server that were asked. */
  elsewhere: string[]
  /** Addresses that were answered with success. */
  loaded: Set<string>
}

/**
 * Open the page of a server in a window of a width in CSS pixels, look at all of it and keep a picture of it.
 * `picture` selects what is there when scripts of the page have put its pictures in.
 */
export async function visit(
  browser: Browser,
  { url, missing }: Pick<StaticServer, 'url' | 'missing'>,
  width: number,
  screenshot: string,
  picture: string = 'picture img',
): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, deviceScaleFactor: 1 })
  page.setDefaultTimeout(120_000)
  const problems: string[] = []
  const elsewhere: string[] = []
  const loaded = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`))
  page.on('requestfailed', (request) =>
    problems.push(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`),
  )
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) elsewhere.push(request.url())
  })
  page.on('response', (response) => {
    if (response.ok()) loaded.add(response.url())
    else problems.push(`${response.url()}: ${response.status()}`)
  })
  try {
    await page.goto(url, { waitUntil: 'load' })
    await page.waitForSelector(picture)
    const shown = await page.evaluate(look)
    await page.screenshot({ path: screenshot, fullPage: true })
    return { ...shown, problems: [...problems, ...missing], elsewhere, loaded }
  } finally {
    await page.close()
  }
}
