import react from '@vitejs/plugin-react'
import onetoken from 'unplugin-onetoken/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react(), onetoken()],
})
