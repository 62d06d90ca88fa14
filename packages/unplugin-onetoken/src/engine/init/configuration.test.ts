import { describe, expect, it } from 'vitest'
import { withPlugin } from './configuration.ts'

const changed = (text: string): string => withPlugin(text, 'vite') ?? 'left alone'

describe('a configuration gets the plugin', () => {
  it('among those that it has', () => {
    expect(
      changed(`import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// https://vite.dev/config/
export default defineConfig({
  plugins: [react()],
})
`),
    ).toMatchInlineSnapshot(`
      "import onetoken from 'unplugin-onetoken/vite'
      import react from '@vitejs/plugin-react'
      import { defineConfig } from 'vite'

      // https://vite.dev/config/
      export default defineConfig({
        plugins: [onetoken(), react()],
      })
      "
    `)
  })

  it('on a line of its own, in the style of the file', () => {
    expect(
      changed(`/// <reference types="vitest/config" />
import { defineConfig } from "vite";
export default defineConfig({
    base: "/",
    plugins: [
        // first
        vue({ a: [1, { plugins: [] }] }),
        other(),
    ],
    css: { postcss: { plugins: [x] } },
}) satisfies UserConfig;
`),
    ).toMatchInlineSnapshot(`
      "/// <reference types="vitest/config" />
      import onetoken from "unplugin-onetoken/vite";
      import { defineConfig } from "vite";
      export default defineConfig({
          base: "/",
          plugins: [
              onetoken(),
              // first
              vue({ a: [1, { plugins: [] }] }),
              other(),
          ],
          css: { postcss: { plugins: [x] } },
      }) satisfies UserConfig;
      "
    `)
  })

  it('with the list, where it has none', () => {
    expect(
      [
        changed('export default {}\n'),
        changed(
          "// @ts-check\nimport { defineConfig } from 'vite'\nexport default defineConfig({\n\tbase: '/x',\n})\n",
        ),
        changed('export default { base: `/${x}/` }\n'),
        changed('export default {\n  // all\n}\n'),
      ].join('---\n'),
    ).toMatchInlineSnapshot(`
      "import onetoken from 'unplugin-onetoken/vite'

      export default {
        plugins: [onetoken()],
      }
      ---
      // @ts-check
      import onetoken from 'unplugin-onetoken/vite'
      import { defineConfig } from 'vite'
      export default defineConfig({
      	plugins: [onetoken()],
      	base: '/x',
      })
      ---
      import onetoken from 'unplugin-onetoken/vite'

      export default { plugins: [onetoken()], base: \`/\${x}/\` }
      ---
      import onetoken from 'unplugin-onetoken/vite'

      export default {
        plugins: [onetoken()],
        // all
      }
      "
    `)
  })

  it('of CommonJS, and under a name', () => {
    expect(
      [
        withPlugin(
          `'use strict';
const path = require('path');

/** @type {import('webpack').Configuration} */
module.exports = {
  entry: './src/index.js',
  output: { path: path.resolve(__dirname, 'dist') },
  plugins: [],
};
`,
          'webpack',
        ),
        changed(`import type { UserConfig } from 'vite'
const config: UserConfig = {
  plugins: [ a() ],
}
export default config
`),
        changed('const config = defineConfig({})\nmodule.exports = config;\n'),
      ].join('---\n'),
    ).toMatchInlineSnapshot(`
      "'use strict';
      const { default: onetoken } = require('unplugin-onetoken/webpack');

      const path = require('path');

      /** @type {import('webpack').Configuration} */
      module.exports = {
        entry: './src/index.js',
        output: { path: path.resolve(__dirname, 'dist') },
        plugins: [onetoken()],
      };
      ---
      import onetoken from 'unplugin-onetoken/vite'
      import type { UserConfig } from 'vite'
      const config: UserConfig = {
        plugins: [ onetoken(), a() ],
      }
      export default config
      ---
      const { default: onetoken } = require('unplugin-onetoken/vite');

      const config = defineConfig({
        plugins: [onetoken()],
      })
      module.exports = config;
      "
    `)
  })

  it('where what is empty is taken out of its list', () => {
    expect(changed('export default { plugins: [dev && a()].filter(Boolean) }')).toContain(
      'plugins: [onetoken(), dev && a()].filter(Boolean) }',
    )
  })

  it('in a list that holds only comments', () => {
    expect(changed('export default {\n  plugins: [\n    // yours\n  ],\n}')).toContain(
      'plugins: [\n    onetoken(),\n    // yours\n  ],',
    )
    expect(changed('export default { plugins: [ /* none */ ] }')).toContain(
      'plugins: [onetoken() /* none */ ] }',
    )
    expect(changed('export default { plugins: [\n  ] }')).toContain('plugins: [onetoken()\n  ] }')
  })

  it('after its byte order mark', () => {
    const plugin = "import onetoken from 'unplugin-onetoken/vite'\n"
    expect(changed("\ufeffimport a from 'a'\nexport default { plugins: [] }")).toBe(
      `\ufeff${plugin}import a from 'a'\nexport default { plugins: [onetoken()] }`,
    )
    expect(changed('\ufeffexport default { plugins: [] }')).toBe(
      `\ufeff${plugin}\nexport default { plugins: [onetoken()] }`,
    )
  })

  it('with its line endings', () => {
    expect(
      changed("import a from 'a'\r\nexport default {\r\n  plugins: [\r\n    a(),\r\n  ],\r\n}\r\n"),
    ).toBe(
      "import onetoken from 'unplugin-onetoken/vite'\r\nimport a from 'a'\r\nexport default {\r\n  plugins: [\r\n    onetoken(),\r\n    a(),\r\n  ],\r\n}\r\n",
    )
  })
})

describe('a configuration is left alone', () => {
  it.each([
    ['a function', 'export default defineConfig(({ mode }) => ({ plugins: [] }))'],
    ['another function', 'export default mergeConfig(base, { plugins: [] })'],
    ['several of them', 'export default [{ plugins: [] }, { plugins: [] }]'],
    ['two exports', 'export default {}\nmodule.exports = {}'],
    ['no export', 'const config = { plugins: [] }'],
    ['a spread', 'export default { ...base, plugins: [] }'],
    ['a list made elsewhere', 'export default { plugins }'],
    ['a list that is put together', 'export default { plugins: base.plugins.concat([]) }'],
    ['a list of which others are made', 'export default { plugins: [a()].map(b) }'],
    ['a list that may not count', 'export default { plugins: [a()] && b }'],
    ['a list that is replaced', 'module.exports = { plugins: [] }\nmodule.exports.plugins = []'],
    ['a list by choice', 'export default { plugins: dev ? [] : [a()] }'],
    ['a list twice', 'export default { plugins: [], plugins: [] }'],
    ['a getter', 'export default { get plugins() { return [] } }'],
    ['a method', 'export default { plugins() { return [] } }'],
    ['a computed name', "export default { ['plugins']: [] }"],
    ['a name that is taken', "import { onetoken } from './mine.js'\nexport default { plugins: [onetoken] }"],
    ['a name that is changed', 'const config = {}\nconfig.plugins = []\nexport default config'],
    ['a name that is imported', "import config from './base.js'\nexport default config"],
    ['an end that is missing', 'export default { plugins: ['],
    ['a comment', '// export default { plugins: [] }'],
    ['text', "const text = 'export default { plugins: [] }'"],
    ['nothing', ''],
  ])('that is %s', (_, text) => {
    expect(withPlugin(text, 'vite')).toBeUndefined()
  })
})
