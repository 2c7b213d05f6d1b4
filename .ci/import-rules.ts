// Who may import whom, as a table, and the check that reads it: `npm run lint` runs it over every source file.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface Rule {
  /** A top-level folder. */
  room: string
  /** Top-level folders whose files it may import, beside its own. */
  mayImport: readonly string[]
  /** `own plugin`: files of plugins/<name>/ see only the same <name>. */
  stayIn?: 'own plugin'
  /** npm packages and node: modules. */
  packages: 'any' | 'none'
  why: string
}

const RULES: readonly Rule[] = [
  { room: 'sdk', mayImport: [], packages: 'any', why: 'sdk is the promise that everyone else builds on' },
  { room: 'kernel', mayImport: ['sdk'], packages: 'any', why: 'kernel reads plugins and metadata as data at run time' },
  { room: 'studio', mayImport: ['sdk'], packages: 'any', why: 'studio talks to the kernel over HTTP only' },
  {
    room: 'plugins',
    mayImport: ['sdk'],
    stayIn: 'own plugin',
    packages: 'any',
    why: 'a plugin runs in a sandbox, knowing only the sdk',
  },
  { room: 'metadata', mayImport: [], packages: 'none', why: 'metadata is data and is never executed' },
  { room: 'tests', mayImport: ['sdk', 'kernel', 'studio', 'plugins', 'metadata', '.ci'], packages: 'any', why: '' },
  { room: '.ci', mayImport: ['kernel', 'sdk'], packages: 'any', why: 'scripts around the product, not part of it' },
]

/** Rooms without input or output: equal in, equal out. They see only each other, and no package, not even node:fs. */
const PURE = {
  folders: ['kernel/plan/', 'kernel/sql/'],
  maySee: [
    'sdk/',
    ...['parse/', 'catalog/', 'plan/', 'sql/', 'rules/', 'respond/', 'actor.ts'].map((name) => `kernel/${name}`),
  ],
}

const IMPORT =
  /(?:^|[;\s])(?:import|export)\b[^'"`;()]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\s=(])import(?:\s+|\s*\(\s*)['"]([^'"\n]+)['"]/g

/** Paths that a file imports, comments left out. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
  return [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '')
}

const roomOf = (file: string): string => file.split(path.sep)[0] ?? ''
const pluginOf = (file: string): string => file.split(path.sep).slice(0, 2).join('/')

/** @returns a sentence naming what is allowed, or null when the import may stay */
export function checkImport(file: string, imported: string): string | null {
  const rule = RULES.find(({ room }) => room === roomOf(file))
  if (!rule) return null
  const isTest = /\.test\.ts$/.test(file)
  const isPackage = !imported.startsWith('.')
  const target = isPackage ? imported : path.normalize(path.join(path.dirname(file), imported))

  if (!isTest && PURE.folders.some((folder) => file.startsWith(folder))) {
    if (PURE.maySee.some((place) => target.startsWith(place))) return null
    return `${file} imports ${target}. It is pure and may import ${PURE.maySee.join(', ')} only.`
  }
  const home = rule.stayIn === 'own plugin' ? pluginOf(file) : rule.room
  const allowed = [home, ...rule.mayImport].map((folder) => `${folder}/`).join(', ')
  if (isPackage) {
    if (isTest || rule.packages === 'any') return null
    return `${file} imports the package ${target}. It may import ${allowed}; ${rule.why}.`
  }
  if (isTest && roomOf(target) === 'tests') return null
  if (target.startsWith(`${home}/`) || rule.mayImport.includes(roomOf(target))) return null
  return `${file} imports ${target}. It may import ${allowed}; ${rule.why}.`
}

export function checkImports(root: string): string[] {
  const files = globSync(
    RULES.map(({ room }) => `${room}/**/*.{ts,tsx,js,mjs}`),
    { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' },
  )
  return files.flatMap((file) =>
    importsOf(readFileSync(path.join(root, file), 'utf8'))
      .map((imported) => checkImport(file, imported))
      .filter((problem) => problem !== null),
  )
}
