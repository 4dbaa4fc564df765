import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [solid()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The first with subgrid, nesting and light-dark(), all of which go out as they are written.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    // The gateway allows neither data: URLs nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: true,
  },
});
