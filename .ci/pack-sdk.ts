// `npm run pack:sdk`: the sdk as a package for others, dist/relata-sdk-VERSION.tgz. Node strips no types inside
// node_modules, hence built JavaScript beside declarations; everything else lies where it lies in the repository.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { importsOf } from './import-rules.ts'

const root = path.join(import.meta.dirname, '..')
const COPIED = ['sdk/template', 'sdk/schemas', 'metadata/base', 'metadata/system', 'LICENSE']

interface Manifest {
  version: string
  license: string
  dependencies: Record<string, string>
}

/** @returns the file */
export function packSdk(into: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const place = mkdtempSync(path.join(tmpdir(), 'relata-sdk-'))
  try {
    compile(place)
    for (const each of COPIED) cpSync(path.join(root, each), path.join(place, each), { recursive: true })
    const outside = [
      '# relata',
      '',
      'The command `relata` and the SDK of Relata: plugins, types, a typed client.',
      '',
      '```sh',
      'npx relata plugin new visits',
      '```',
      '',
    ]
    writeFileSync(path.join(place, 'README.md'), outside.join('\n'))
    writeFileSync(path.join(place, 'package.json'), `${JSON.stringify(packageOf(manifest, place), null, 2)}\n`)
    mkdirSync(into, { recursive: true })
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', into], {
      cwd: place,
      encoding: 'utf8',
    })
    const file = path.join(into, `relata-sdk-${manifest.version}.tgz`)
    renameSync(path.join(into, packed.trim()), file)
    return file
  } finally {
    rmSync(place, { recursive: true })
  }
}

function compile(place: string): void {
  const config = path.join(place, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    outDir: place,
    rootDir: root,
    typeRoots: [path.join(root, 'node_modules/@types')],
  }
  const include = [path.join(root, 'sdk')]
  const exclude = [path.join(root, 'sdk/template')]
  writeFileSync(
    config,
    JSON.stringify({ extends: path.join(root, 'tsconfig.json'), compilerOptions, include, exclude }),
  )
  execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', config], {
    stdio: 'inherit',
  })
  rmSync(config)
  // The compiler rewrites imports of code, and leaves those of declarations.
  for (const file of globSync('**/*.d.ts', { cwd: place })) {
    const at = path.join(place, file)
    writeFileSync(at, readFileSync(at, 'utf8').replaceAll(/(from '\.[^']*|import\("\.[^"]*)\.ts(['"])/g, '$1.js$2'))
  }
  chmodSync(path.join(place, 'sdk/cli/main.js'), 0o755)
}

function packageOf({ version, license, dependencies }: Manifest, place: string): object {
  const used = new Set(
    globSync('sdk/**/*.{js,d.ts}', { cwd: place }).flatMap((file) =>
      importsOf(readFileSync(path.join(place, file), 'utf8'))
        .filter((name) => !name.startsWith('.') && !isBuiltin(name) && !name.startsWith('relata/'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    ),
  )
  const missing = [...used].filter((name) => dependencies[name] === undefined)
  if (missing.length > 0) throw new Error(`The sdk imports ${missing.join(', ')}, which package.json does not name.`)
  const module = (name: string) => ({ types: `./sdk/${name}.d.ts`, default: `./sdk/${name}.js` })
  return {
    name: 'relata',
    version,
    description: 'The command line and the SDK of Relata',
    license,
    type: 'module',
    bin: { relata: 'sdk/cli/main.js' },
    exports: {
      './plugin': module('plugin/index'),
      './plugin/testing': { types: './sdk/plugin/testing/api.d.ts', default: './sdk/plugin/testing/index.js' },
      './client': module('client/index'),
      './package.json': './package.json',
    },
    engines: { node: '>=24' },
    dependencies: Object.fromEntries([...used].sort().map((name) => [name, dependencies[name]] as const)),
  }
}

if (import.meta.main) console.log(path.relative('', packSdk(path.join(root, 'dist'))))
