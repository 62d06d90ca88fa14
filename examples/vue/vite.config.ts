import vue from '@vitejs/plugin-vue'
import onetoken from 'unplugin-onetoken/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue(), onetoken()],
})
