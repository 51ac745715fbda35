import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  plugins: [react()],
  resolve: {
    alias: { '@rjsf/validator-ajv8': fileURLToPath(new URL('src/settings/no-validator.ts', import.meta.url)) },
  },
  build: {
    target: 'es2022',
    // Everything is served from this machine in one piece; most of it is the Botpress webchat, which comes as one file.
    chunkSizeWarningLimit: 2_500,
  },
  // `npx vite` beside a running sandbox, for work on the page itself.
  server: { proxy: { '/api': process.env['SANDBOX_URL'] ?? 'http://127.0.0.1:4780' } },
})
