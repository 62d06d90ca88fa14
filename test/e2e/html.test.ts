import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'undici'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { apiEnv, createSite, VITE, type Site } from '../helpers/site.ts'

const mock = useMock()

const MANIFEST = `version: 1
images:
  hero: { prompt: A fjord, size: 1536x1024, quality: low, widths: [48, 96], formats: [avif, webp], alt: 'A "fjord" & more' }
  icon: { prompt: A boat, quality: low, widths: [16], formats: [png] }
`
const PAGE = `<!doctype html>
<html lang="en">
<head>
  <title>Site</title>
  <link rel="icon" href="onetoken:icon">
  <link rel="preload" as="image" href='virtual:onetoken/hero?w=48' imagesrcset="onetoken:hero?w=48&amp;q=70 48w, onetoken:hero?q=70 96w" imagesizes="50vw">
  <style>
    body { background: url('onetoken:icon?w=12') }
  </style>
</head>
<body>
  <!-- <img src="onetoken:nothing"> -->
  <p>Pictures are written as &lt;img src="onetoken:hero"&gt;.</p>
  <img class="a  b"
    src="onetoken:hero" loading=lazy data-x='1'  sizes="50vw">
  <img src=onetoken:icon alt="">
  <img src="onetoken:?prompt=it&#39;s a &quot;fox&quot;&amp;w=64&amp;quality=low" alt="A fox" width=32 />
  <picture><source srcset="onetoken:hero?w=48&format=avif, onetoken:hero?format=avif 2x"><img src="virtual:onetoken/hero" alt="own"></picture>
  <img srcset="onetoken:?prompt=red%2C%20blue&w=24&quality=low 24w, https://site.example/a.png 48w" alt="">
  <video poster="onetoken:hero?w=96"></video>
  <a href="onetoken:hero?format=jpg">large</a>
  <div style="color: red; background: url('onetoken:icon?w=14')">x</div>
  <template><img src="onetoken:icon" alt="t"></template>
  <noscript><img src="onetoken:icon" alt="n"></noscript>
  <svg><image href="onetoken:icon" /></svg>
</body>
</html>
`

/** The page with the names of its files without their hashes, and without the script that Vite adds. */
function plain(html: string): string {
  return html.replace(/([\w-]+?)?-?\b[\da-f]{12}(?:-(\d+))?-[\w-]{8}\.(\w+)/g, (_, name, width, extension) =>
    [name ?? `words-${width}`, extension].join('.'),
  )
}

async function built(site: Site, page = 'index.html'): Promise<string> {
  const { status, output } = await site.build({ ...apiEnv(mock.url) })
  expect(status, output).toBe(0)
  return (await site.read(`dist/${page}`)).toString()
}

const config = (options: string): string =>
  `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()], ${options} }`

describe.each([8, 7] as const)('pages, Vite %i', (vite) => {
  it('have elements and URLs in the place of pictures, and else stay as they are written', async () => {
    const site = await createSite({ 'index.html': PAGE, 'images.yaml': MANIFEST }, vite)
    const html = await built(site)
    // Style sheets are Vite's to minify; what is in them is looked at below.
    const lines = plain(html)
      .replace(/<style>[\s\S]*<\/style>/, '<style></style>')
      .split('\n')
    const hero =
      'src="/assets/hero-96.webp" srcset="/assets/hero-48.webp 48w, /assets/hero-96.webp 96w" width="96" height="64"'
    expect(lines.filter((line) => !line.includes('style='))).toEqual([
      '<!doctype html>',
      '<html lang="en">',
      '<head>',
      '  <title>Site</title>',
      '  <link rel="icon" href="/assets/icon-16.png">',
      '  <link rel="preload" as="image" href="/assets/hero-48.webp" imagesrcset="/assets/hero-48.webp 48w, /assets/hero-96.webp 96w" imagesizes="50vw">',
      '  <style></style>',
      '</head>',
      '<body>',
      '  <!-- <img src="onetoken:nothing"> -->',
      '  <p>Pictures are written as &lt;img src="onetoken:hero"&gt;.</p>',
      '  <picture><source type="image/avif" srcset="/assets/hero-48.avif 48w, /assets/hero-96.avif 96w" sizes="50vw"><img class="a  b"',
      `    ${hero} alt="A &quot;fjord&quot; &amp; more" loading=lazy data-x='1'  sizes="50vw"></picture>`,
      '  <img src="/assets/icon-16.png" width="16" height="16" alt="">',
      '  <img src="/assets/words-64.webp" height="32" alt="A fox" width=32 />',
      `  <picture><source srcset="/assets/hero-48.avif, /assets/hero-96.avif 2x"><img ${hero} alt="own"></picture>`,
      '  <img srcset="/assets/words-24.webp 24w, https://site.example/a.png 48w" alt="">',
      '  <video poster="/assets/hero-96.webp"></video>',
      '  <a href="/assets/hero-96.jpg">large</a>',
      '  <template><img src="/assets/icon-16.png" width="16" height="16" alt="t"></template>',
      '  <noscript><img src="/assets/icon-16.png" width="16" height="16" alt="n"></noscript>',
      '  <svg><image href="/assets/icon-16.png" /></svg>',
      '</body>',
      '</html>',
      '',
    ])
    for (const [path] of html.matchAll(/assets\/[\w.-]+/g))
      expect((await site.read(`dist/${path}`)).length).toBeGreaterThan(0)
    // Vite makes text of small pictures in style sheets, as of all others.
    expect(html).toMatch(/<style>[^<]*url\(["']?data:image\/png;base64,/)
    expect(html).toMatch(/<div style="color: ?red;\s*background: ?url\(&quot;data:image\/png;base64,/)
    for (const secret of [site.folder, "it's a", 'A boat', '__VITE']) expect(html).not.toContain(secret)
  })

  it.each([
    ['/sub/', 'https://site.example/sub/', ['/sub/', '/sub/', '/sub/']],
    ['./', 'https://site.example/here/', ['./', '../', '../../']],
    ['https://cdn.example/x/', 'https://cdn.example/x/', Array<string>(3).fill('https://cdn.example/x/')],
  ])('in folders, with base %s', async (base, site_, prefixes) => {
    const names = ['index.html', 'sub/page.html', 'sub/a b/page.html']
    const page = (name: string): string =>
      `<!doctype html><html><head><link rel="canonical" href="https://site.example/here/${name}"><meta property="og:image" content="onetoken:hero?format=jpg"></head><body><img src="onetoken:hero"><a href="onetoken:icon">x</a></body></html>`
    const site = await createSite(
      {
        ...Object.fromEntries(names.map((name) => [name, page(name)])),
        'images.yaml': MANIFEST,
        'vite.config.js': config(
          `base: '${base}', build: { rollupOptions: { input: ${JSON.stringify(names)} } }`,
        ),
      },
      vite,
    )
    await built(site)
    for (const [index, name] of names.entries()) {
      const html = plain((await site.read(`dist/${name}`)).toString())
      const prefix = prefixes[index] ?? ''
      const own = new URL(`https://site.example/here/${name}`)
      expect(html).toContain(
        `<picture><source type="image/avif" srcset="${prefix}assets/hero-48.avif 48w, ${prefix}assets/hero-96.avif 96w"><img src="${prefix}assets/hero-96.webp" srcset="${prefix}assets/hero-48.webp 48w, ${prefix}assets/hero-96.webp 96w"`,
      )
      expect(html).toContain(`<a href="${prefix}assets/icon-16.png">`)
      const [, image = ''] = /og:image" content="([^"]*)"/.exec(html) ?? []
      expect(new URL(image).href).toBe(`${site_}assets/hero-96.jpg`)
      expect(own.protocol).toBe('https:')
    }
  })

  it('lie in folders of any name', async () => {
    const folder = `it's 100% (a), b`
    const site = await createSite({}, vite)
    await site.write({
      [`${folder}/vite.config.js`]: config(''),
      [`${folder}/images.yaml`]: MANIFEST,
      [`${folder}/onetoken.config.json`]: '{ "store": "pictures (100%), all" }',
      [`${folder}/index.html`]:
        '<!doctype html><img src="onetoken:hero"><a style="background: url(onetoken:icon)">x</a>',
    })
    const { status, output } = await site.build(apiEnv(mock.url), folder)
    expect(status, output).toBe(0)
    const html = (await site.read(`${folder}/dist/index.html`)).toString()
    expect(plain(html)).toContain('srcset="/assets/hero-48.avif 48w, /assets/hero-96.avif 96w"')
    expect(html).not.toContain('100%')
  })

  it('are asked for the text of their pictures, and for the place of the site', async () => {
    const site = await createSite(
      {
        'index.html': `<!doctype html>
<html><head>
<meta property="og:image" content="onetoken:icon">
<meta name="twitter:image" content="onetoken:icon">
</head><body>
<img src="onetoken:icon" alt="">
  <p><img class="a" src="onetoken:icon"></p>
<img src="onetoken:hero">
</body></html>`,
        'images.yaml': MANIFEST,
      },
      vite,
    )
    const { output } = await site.build(apiEnv(mock.url))
    expect(output.match(/no text for people/g)).toHaveLength(1)
    expect(output).toContain(
      'onetoken: index.html:7:6 This picture has no text for people who cannot see it.',
    )
    expect(output.match(/Crawlers take only absolute URLs/g)).toHaveLength(1)
    expect(plain((await site.read('dist/index.html')).toString())).toContain(
      'og:image" content="/assets/icon-16.png"',
    )
  })

  it.each([
    ['<img src="onetoken:heros">', '2:15', 'heros', 'hero'],
    ['<a href=onetoken:heros >', '2:13', 'heros', 'hero'],
    ['<img src="onetoken:hero?wdth=3">', '2:15', 'wdth', 'widths'],
    ['<img src="onetoken:?w=3">', '2:15', 'has no prompt', ''],
    ['<img src="onetoken:?prompt=a &quot;b&quot;&amp;qualty=low">', '2:15', 'qualty', 'quality'],
    ['<img srcset="onetoken:?prompt=a red fox 48w">', '2:18', 'red fox 48w', '%20'],
    [
      '<p style="background: url(&quot;onetoken:?prompt=a&amp;qualty=low&quot;)">',
      '2:37',
      'qualty',
      'quality',
    ],
  ])('that name a picture wrongly fail with the place: %s', async (html, place, what, hint) => {
    const site = await createSite(
      { 'index.html': `<!doctype html>\n<p> ${html}`, 'images.yaml': MANIFEST },
      vite,
    )
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status).toBe(1)
    expect(output).toContain(`index.html:${place} `)
    expect(output).toContain(what)
    expect(output).toContain(hint)
    expect(mock.requests).toHaveLength(0)
  })

  it('whose renders are missing fail a build that may not spend', async () => {
    const site = await createSite(
      {
        'index.html': '<!doctype html>\n<img src="onetoken:hero">\n<a href="onetoken:icon">x</a>',
        'images.yaml': MANIFEST,
      },
      vite,
    )
    const { status, output } = await site.build({ ...apiEnv(mock.url), CI: 'true' })
    expect(status).toBe(1)
    expect(output).toContain('2 renders are missing')
    expect(output).toContain('hero (index.html:2:11)')
    expect(output).toContain('icon (index.html:3:10)')
    expect(output).not.toContain('no text for people')
    expect(mock.requests).toHaveLength(0)
  })

  it('may be put together by other plugins, and share files with scripts', async () => {
    const site = await createSite(
      {
        'index.html': '<!doctype html>{{ picture }}<script type="module" src="/main.js"></script>',
        'main.js': `import hero from 'virtual:onetoken/hero'\nconsole.log(hero)`,
        'images.yaml': MANIFEST,
        'vite.config.js': `import onetoken from 'unplugin-onetoken/vite'
const templates = {
  name: 'templates',
  transformIndexHtml: { order: 'pre', handler: (html) => html.replace('{{ picture }}', '<img src="onetoken:hero">') },
}
export default { plugins: [onetoken(), templates] }`,
      },
      vite,
    )
    const html = await built(site)
    expect(plain(html)).toContain('<img src="/assets/hero-96.webp"')
    const pictures = (await site.list('dist')).filter((path) => /\.(?:avif|webp)$/.test(path))
    expect(pictures).toHaveLength(4)
  })

  it('are read by the command', async () => {
    const site = await createSite(
      {
        'index.html': '<!doctype html>\n<img src="onetoken:?prompt=a fox&amp;quality=low">',
        'images.yaml': MANIFEST,
      },
      vite,
    )
    const { output } = await site.onetoken(apiEnv(mock.url), 'plan', '--json')
    expect(output).toContain('index.html:2:11')
    await site.onetoken(apiEnv(mock.url), 'render', '--yes')
    expect((await site.build({ ...apiEnv(mock.url), CI: 'true' })).status).toBe(0)
  })

  it('are built again when the manifest changes', async () => {
    const site = await createSite({ 'index.html': PAGE, 'images.yaml': MANIFEST }, vite)
    const until = outputOf(site.start(VITE, ['build', '--watch'], apiEnv(mock.url)))
    await until('built in')
    const page = async (): Promise<string> => String(await site.read('dist/index.html').catch(() => ''))
    await expect.poll(page, { timeout: 60_000 }).toMatch(/<img src="\/assets\/[\w-]+\.svg"/)
    const changed = { 'images.yaml': MANIFEST.replace('[48, 96]', '[48, 96, 144]') }
    await saveUntil(site, changed, async () => (await page()).includes('144w'))
    expect(mock.requests).toHaveLength(0)
  })
})

describe.each([8, 7] as const)('pages of a dev server, Vite %i', (vite) => {
  /** Start a dev server. */
  async function serve(
    site: Site,
    base: string,
  ): Promise<{ origin: string; page(path?: string): Promise<string> }> {
    const until = outputOf(site.start(VITE, ['--port', '0', '--host', '127.0.0.1'], apiEnv(mock.url)))
    const output = await until('Local:').then(() => until('\n'))
    const [, origin = ''] = /Local:\s+(http:\/\/[\d.]+:\d+)/.exec(output) ?? []
    return { origin, page: async (path = '') => (await fetch(`${origin}${base}${path}`)).text() }
  }

  it.each(['/', '/base/'])('show placeholders, then pictures, at %s', async (base) => {
    const site = await createSite(
      {
        'index.html': PAGE,
        'sub/page.html': PAGE,
        'images.yaml': MANIFEST,
        'vite.config.js': config(`base: '${base}'`),
      },
      vite,
    )
    const { origin, page } = await serve(site, base)
    for (const path of ['', 'sub/page.html']) {
      const html = await page(path)
      const urls = urlsOf(html)
      expect(urls.length).toBeGreaterThan(3)
      for (const url of urls) {
        const response = await fetch(origin + url)
        expect(response.headers.get('content-type'), url).toBe('image/svg+xml')
        expect(await response.text()).toContain('<svg')
      }
      expect(html).toContain('width="96" height="64"')
      // Only the comment and the text.
      expect(html.match(/onetoken:/g)).toHaveLength(2)
    }
    expect(mock.requests).toHaveLength(0)

    await rendered(site)
    const html = await vi.waitUntil(async () => {
      const now = await page()
      return !/\.svg|image\/svg/.test(now) && now
    }, 60_000)
    const types = urlsOf(html).map(async (url) => (await fetch(origin + url)).headers.get('content-type'))
    expect(new Set(await Promise.all(types))).toEqual(
      new Set(['image/png', 'image/avif', 'image/webp', 'image/jpeg']),
    )
  })

  it.each([
    ['an element', '<img src="onetoken:hero">'],
    ['a style', '<style>p { background: url(onetoken:hero) }</style>'],
    ['an attribute', '<p style="background: url(onetoken:hero)">x</p>'],
  ])('are loaded anew for %s', async (_what, html) => {
    const site = await createSite({ 'index.html': `<!doctype html>${html}`, 'images.yaml': MANIFEST }, vite)
    const { origin, page } = await serve(site, '/')
    const reloads = await listen(origin, '/')
    expect(await page()).toContain('svg')
    await rendered(site)
    await vi.waitUntil(() => reloads.length > 0, 60_000)
    await vi.waitUntil(async () => !(await page()).includes('svg'), 60_000)
    expect(await page()).toContain('hero-96')
    reloads.length = 0
    await site.write({ 'images.yaml': MANIFEST.replace('[48, 96]', '[48, 144]') })
    await vi.waitUntil(() => reloads.length > 0, 60_000)
    await vi.waitUntil(async () => (await page()).includes('hero-144'), 60_000)
  })

  it('tell mistakes, and are loaded anew when they are mended', async () => {
    const site = await createSite(
      { 'index.html': '<!doctype html>\n<img src="onetoken:later">', 'images.yaml': MANIFEST },
      vite,
    )
    const { origin, page } = await serve(site, '/')
    const reloads = await listen(origin, '/')
    expect(await page()).toContain('index.html:2:11')
    await site.write({ 'images.yaml': `${MANIFEST}  later: { prompt: A cloud, quality: low }\n` })
    await vi.waitUntil(() => reloads.length > 0, 60_000)
    await expect.poll(page, { timeout: 60_000 }).toContain('.svg" width="1024"')
  })
})

async function rendered(site: Site): Promise<void> {
  const { status, output } = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(status, output).toBe(0)
}

/** URLs of pictures in a page of a dev server. */
function urlsOf(html: string): string[] {
  const urls = [...html.matchAll(/[^\s"'(,]*\/@fs\/[^\s"'),]+/g)].map(([url]) => url)
  return [...new Set(urls)]
}

/** The reloads that a dev server asks its pages for. */
async function listen(origin: string, base: string): Promise<unknown[]> {
  const client = await (await fetch(`${origin}${base}@vite/client`)).text()
  const [, token = ''] = /wsToken = "([^"]+)"/.exec(client) ?? []
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${base}?token=${token}`, 'vite-hmr')
  const reloads: unknown[] = []
  socket.addEventListener('message', ({ data }) => {
    if (String(data).includes('"full-reload"')) reloads.push(data)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  return reloads
}
