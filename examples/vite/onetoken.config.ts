import { defineConfig } from 'unplugin-onetoken'

export default defineConfig({
  model: 'gpt-image-2',
  defaults: { size: '1536x1024', quality: 'medium', formats: ['avif', 'webp'] },
  budget: { cost: 1 },
})
