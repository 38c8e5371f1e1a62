import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };
import { consolePage } from './src/server/console-page.ts';

/** The API for the development server. */
const API = 'http://127.0.0.1:8080';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The server writes the address into the page, so that one build fits each path.
  base: './',
  plugins: [react(), compress(), configure()],
  define: { __CONSOLE_VERSION__: JSON.stringify(manifest.version) },
  build: {
    target: 'es2023',
    // The CSP allows no data: URLs for scripts and fonts, and separate files are cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // For the test that bounds the first visit. The server does not serve it.
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Packages that seldom change get a chunk of their own, so that a new console is a small
            // download.
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            // Small parts that many pages share are one chunk: each chunk compresses on its own.
            {
              name: 'shared',
              test: /src[\\/]ui[\\/](layout|range|status|table|text|toggles)[\\/]/,
              minShareCount: 3,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': API, '/docs': API, '/openapi.json': API } },
});

/** Writes compressed copies of each file, so that the server does not compress. */
function compress(): Plugin {
  return {
    name: 'greenvue-compress',
    apply: 'build',
    writeBundle: ({ dir }) => {
      if (dir === undefined) return;
      const assets = join(dir, 'assets');
      for (const name of readdirSync(assets)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const content = readFileSync(join(assets, name));
        writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
        // The highest quality takes ten times as long and saves 2 %.
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(content, { params: quality }));
      }
    },
  };
}

/** Gives the page of the development server its settings, as GreenVue does. */
function configure(): Plugin {
  const config = { base: '/', api: '/api', auth: 'password', title: 'GreenVue jobs' } as const;
  return {
    name: 'greenvue-configure',
    apply: 'serve',
    transformIndexHtml: (page) => consolePage(page, { nonce: '', config }),
  };
}
