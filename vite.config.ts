/** Builds the dashboard into dist/web; in development, calls to the API go to a running balancer. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'web',
  // Relative, because the path that the dashboard is served under is an option of the process; the server completes the start page.
  base: './',
  plugins: [react()],
  // Every file comes from our own origin as a file: the content security policy allows no data: fonts and no inline script.
  build: { outDir: '../dist/web', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // Host stays as the browser sent it: the API compares it with Origin.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:7070', changeOrigin: false } } },
})
