// Builds the studio into studio/dist. Served under a policy without eval and inline scripts.
import { copyFileSync, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig, type Plugin } from 'vite'

// With older targets light-dark() is rewritten in a way that loses the theme's text colours.
const BROWSERS = ['chrome125', 'edge125', 'firefox130', 'safari18']
const LUCIDE = path.join(import.meta.dirname, '../node_modules/lucide-static')
const { version: lucideVersion }: { version: string } = JSON.parse(
  readFileSync(path.join(LUCIDE, 'package.json'), 'utf8'),
)
const ICON_ADDRESS = `/assets/lucide-${lucideVersion}/`

/** Metadata may name any icon of the set, so all of them are served, one file each. */
function lucideIcons(): Plugin {
  return {
    name: 'lucide-icons',
    configureServer(server) {
      server.middlewares.use(ICON_ADDRESS, (request, response, next) => {
        const file = path.join(LUCIDE, 'icons', path.basename(request.url ?? ''))
        if (!existsSync(file)) return next()
        response.setHeader('content-type', 'image/svg+xml')
        createReadStream(file).pipe(response)
      })
    },
    writeBundle({ dir = '' }) {
      const target = path.join(dir, ICON_ADDRESS)
      mkdirSync(target, { recursive: true })
      const source = path.join(LUCIDE, 'icons')
      for (const name of readdirSync(source)) copyFileSync(path.join(source, name), path.join(target, name))
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  define: { __LUCIDE_VERSION__: JSON.stringify(lucideVersion) },
  plugins: [lucideIcons()],
  // The components' usage statistics stay off, also while developing.
  resolve: {
    alias: {
      '@vaadin/vaadin-usage-statistics/vaadin-usage-statistics.js':
        '@vaadin/vaadin-usage-statistics/vaadin-usage-statistics-optout.js',
    },
  },
  server: { proxy: { '/api': process.env['RELATA_URL'] ?? 'http://127.0.0.1:3000' } },
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Copying the icons takes most of a build that is over in seconds.
    rolldownOptions: { checks: { bundlerTimings: false } },
    // A data: address would need its own permission in the policy for each kind.
    assetsInlineLimit: 0,
  },
})
