// Every package that ships must carry a licence approved by the Open Source Initiative, and none of Vaadin's
// commercial components may come in through a careless import of the wrong bundle.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'MPL-2.0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
  'Zlib',
  'OFL-1.1',
])

/** Licences that are fine for the package named, and why. */
const EXCEPTIONS: Readonly<Record<string, { licence: string; why: string }>> = {
  'bpmn-js': { licence: 'SEE LICENSE IN LICENSE', why: 'MIT, and the watermark stays visible' },
  'diagram-js': { licence: 'SEE LICENSE IN LICENSE', why: 'MIT' },
}

const FORBIDDEN = [
  '@vaadin/vaadin',
  '@vaadin/board',
  '@vaadin/charts',
  '@vaadin/cookie-consent',
  '@vaadin/crud',
  '@vaadin/dashboard',
  '@vaadin/grid-pro',
  '@vaadin/map',
  '@vaadin/rich-text-editor',
  '@vaadin/spreadsheet',
]

interface LockedPackage {
  version?: string
  license?: string
  dev?: boolean
  optional?: boolean
  link?: boolean
}

/** `(MIT OR Apache-2.0)` is fine when one side is; `MIT AND X` only when both are. */
export function isAllowed(expression: string): boolean {
  const text = expression.replaceAll(/[()]/g, ' ').trim()
  return text.split(/\s+OR\s+/i).some((part) => part.split(/\s+AND\s+/i).every((one) => ALLOWED.has(one.trim())))
}

function licenceOf(root: string, folder: string, locked: LockedPackage): string | null {
  if (locked.license) return locked.license
  try {
    const manifest: { license?: string | { type?: string } } = JSON.parse(
      readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
    )
    return typeof manifest.license === 'string' ? manifest.license : (manifest.license?.type ?? null)
  } catch {
    return null
  }
}

/** Reads the lockfile, so that packages for other platforms count too. */
export function checkLicences(root: string): string[] {
  const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
    readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
  )
  return Object.entries(lock.packages).flatMap(([folder, locked]) => {
    if (folder === '' || locked.dev || locked.link) return []
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (FORBIDDEN.includes(name)) return [`${name} is a commercial package and must not be installed.`]
    const licence = licenceOf(root, folder, locked)
    if (licence !== null && (isAllowed(licence) || EXCEPTIONS[name]?.licence === licence)) return []
    return [`${name}@${locked.version} has the licence "${licence ?? 'none'}". Allowed: ${[...ALLOWED].join(', ')}.`]
  })
}
