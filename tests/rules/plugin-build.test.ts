// `relata plugin new` and `build`: from nothing to a bundle, and what is said when something is not right.
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { showProblem } from '../../sdk/cli/folders.ts'
import { withFolder } from '../../sdk/cli/plugin/problems.ts'
import { buildPlugin } from '../../sdk/plugin/build/build-plugin.ts'
import { mapStack } from '../../sdk/plugin/build/map-stack.ts'
import { readPluginFolder } from '../../sdk/plugin/build/plugin-folder.ts'
import { makePluginPlace } from '../support/plugin-place.ts'

const place = makePluginPlace()
const file = (...parts: string[]): string => path.join(place.folder, ...parts)
const code = (...lines: string[]): void =>
  place.write(
    'visits/plugin.ts',
    ["import { action, beforeSave, definePlugin, job } from 'relata/plugin'", ...lines].join('\n'),
  )
let begun: string

/** As the command shows them. */
async function problems(): Promise<string[]> {
  const folder = await readPluginFolder(file('visits'))
  const { problems: found } = await buildPlugin(folder)
  return found.map((problem) => showProblem(problem, withFolder(folder)).replace(/^\S*?(?=visits)/, ''))
}

beforeAll(async () => {
  const made = await place.relata('plugin', 'new', 'visits')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  begun = readFileSync(file('visits/plugin.ts'), 'utf8')
})

test('what `new` writes builds, types and all', { timeout: 30_000 }, async () => {
  const built = await place.relata('plugin', 'build', 'visits')
  expect(built).toMatchObject({ code: 0, stderr: '' })
  expect(built.stdout).toMatch(/^visits 1\.0\.0 builds: 1 hook, 1 action, \d+\.\d KB\.\n$/)
  expect(await place.relata('check', 'visits/metadata')).toMatchObject({ code: 0 })
})

test('`new` writes over nothing, and knows what can be a name', async () => {
  expect(await place.relata('plugin', 'new', 'visits')).toMatchObject({
    code: 1,
    stderr: 'relata: There is a plugin in visits already.\n',
  })
  expect(await place.relata('plugin', 'new', 'My-Plugin')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot be the name of a plugin'),
  })
  expect(await place.relata('plugin', 'build', 'nowhere')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('begin one with: relata plugin new NAME'),
  })
})

describe('a bundle', () => {
  test('is one small file for a place without Node, and says what it does', async () => {
    const { plugin, problems: found, inputs } = await buildPlugin(await readPluginFolder(file('visits')))
    expect(found).toEqual([])
    expect(plugin?.behaviour).toMatchObject({
      before: [{ name: 'set_day', entity: 'visits.reminder', on: ['create'], onFailure: 'refuse' }],
      actions: ['postpone'],
    })
    // What every plugin carries of the sdk.
    expect(Buffer.byteLength(plugin?.code ?? '')).toBeLessThan(20_000)
    expect(plugin?.code).not.toMatch(/\b(require|process|console)\b/)
    expect(JSON.parse(plugin?.sourceMap ?? '{}')).not.toHaveProperty('sourcesContent')
    expect(inputs).toContain(file('visits/plugin.ts'))
  })

  test('equal sources give equal bytes', async () => {
    const [one, two] = [0, 1].map(async () => (await buildPlugin(await readPluginFolder(file('visits')))).plugin?.code)
    expect(await one).toBe(await two)
  })

  test('its stacks lead to the lines that the author wrote', async () => {
    const { plugin } = await buildPlugin(await readPluginFolder(file('visits')))
    const bundle = plugin?.code ?? ''
    const at = bundle.indexOf('setUTCDate')
    const [line, column] = [bundle.slice(0, at).split('\n').length, at - bundle.lastIndexOf('\n', at)]
    const stack = `Error: x\n    at r (plugin://visits@1.0.0/plugin.js:${line}:${column})`
    const wanted = begun.split('\n').findIndex((text) => text.includes('setUTCDate')) + 1
    expect(mapStack(stack, plugin?.sourceMap ?? '')).toMatch(new RegExp(`at r \\(plugin\\.ts:${wanted}:\\d+\\)`))
  })
})

describe('what comes along', () => {
  const root = path.join(import.meta.dirname, '../..')
  const build = async (name: string) => buildPlugin(await readPluginFolder(file(name)))
  const plugin = (name: string, ...lines: string[]): void => {
    place.write(`${name}/metadata/package.json`, { name, version: '1.0.0', label: name, requires: { base: '^1.0.0' } })
    place.write(`${name}/plugin.ts`, ["import { definePlugin, job } from 'relata/plugin'", ...lines].join('\n'))
  }

  test('packages that are dependencies; those of them that need Node are named', async () => {
    plugin(
      'with_packages',
      "import { Decimal } from 'decimal.js'",
      "import needy from 'needy'",
      "export default definePlugin([job({ name: 'a' }, () => void needy(new Decimal(1)))])",
    )
    place.write('with_packages/package.json', { private: true, dependencies: { 'decimal.js': '*', needy: '*' } })
    mkdirSync(file('with_packages/node_modules'), { recursive: true })
    symlinkSync(path.join(root, 'node_modules/decimal.js'), file('with_packages/node_modules/decimal.js'))
    place.write('with_packages/node_modules/needy/package.json', { name: 'needy', main: 'index.js' })
    place.write('with_packages/node_modules/needy/index.js', "import fs from 'fs'\nexport default () => fs")
    const { problems } = await build('with_packages')
    expect(problems.map(({ message }) => message)).toEqual([
      '“fs”, which needy imports, is of Node, and a plugin runs without it',
    ])
    place.write('with_packages/node_modules/needy/index.js', 'export default (x) => x')
    const fine = await build('with_packages')
    expect(fine.problems).toEqual([])
    expect(fine.plugin?.code).toContain('toDecimalPlaces')
  })

  test('not too much: a large bundle is warned of, a larger one refused', async () => {
    const large = (bytes: number): void =>
      plugin(
        'large',
        `const text = '${'x'.repeat(bytes)}'`,
        "export default definePlugin([job({ name: 'a' }, () => void Reflect.get(globalThis, text))])",
      )
    large(300_000)
    expect((await build('large')).warnings).toEqual([expect.stringContaining('The code is 3')])
    large(1_100_000)
    expect((await build('large')).problems).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/of at most 1024 KB/) }),
    ])
  })

  test('nothing, of a plugin that is metadata only', async () => {
    place.write('only_data/metadata/package.json', { name: 'only_data', version: '1.0.0', label: 'Data' })
    const { plugin: made, problems } = await build('only_data')
    expect(problems).toEqual([])
    expect(made).toMatchObject({ code: null, behaviour: { before: [], actions: [] } })
    expect((await place.relata('plugin', 'build', 'only_data')).stdout).toBe('only_data 1.0.0 builds: no code.\n')
  })

  test('entities of other plugins are known when they stand beside it, else the server has to check them', async () => {
    plugin('upper', "export default definePlugin([job({ name: 'a' }, () => undefined)])")
    const manifest = { name: 'upper', version: '1.0.0', label: 'Upper', requires: { lower: '^1.0.0' } }
    place.write('upper/metadata/package.json', manifest)
    place.write('upper/plugin.json', { permissions: { records: { 'lower.thing': { read: ['nme'] } } } })
    expect(await build('upper')).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('The package “lower” was not found here')],
    })
    place.write('lower/metadata/package.json', { name: 'lower', version: '1.0.0', label: 'Lower' })
    place.write('lower/metadata/entities/thing.json', { name: 'thing', fields: [{ name: 'name', type: 'text' }] })
    expect((await build('upper')).problems).toEqual([
      expect.objectContaining({ message: 'lower.thing has no field “nme”', hint: 'Did you mean “name”?' }),
    ])
  })
})

describe('problems', () => {
  test('of the parts, at their line', async () => {
    code(
      'export default definePlugin([',
      "  job({ name: 'a', schedule: 'daily' }, () => undefined),",
      "  job({ name: 'a' }, () => undefined),",
      '])',
    )
    const where = `${path.join('visits', 'plugin.ts')}:2`
    expect(await problems()).toEqual([
      `${where}: job “a” has the schedule “daily”, which must have five parts (minute hour day month weekday), such as “0 2 * * *”, not 1`,
      `${where}: job “a” stands here twice; give one of them another name`,
    ])
  })

  test('of names, against the metadata of the plugin and of what it requires', async () => {
    code(
      'export default definePlugin([',
      "  beforeSave('visits.remindr', { name: 'a', on: ['create'] }, () => undefined),",
      "  beforeSave('base.person', { name: 'b', on: ['update'], fields: ['nme'] }, () => undefined),",
      "  action('visits.postpon', () => undefined),",
      '])',
    )
    const manifest = JSON.parse(readFileSync(file('visits/plugin.json'), 'utf8'))
    place.write('visits/plugin.json', {
      ...manifest,
      permissions: { records: { 'base.person': { read: ['name', 'emial'] }, 'visits.reminder': { read: true } } },
      secrets: { KEY: { label: 'Key', hosts: ['api.example.org'] } },
    })
    const found = await problems()
    place.write('visits/plugin.json', manifest)
    const [ts, json] = [path.join('visits', 'plugin.ts'), path.join('visits', 'plugin.json')]
    expect(found).toEqual([
      `${ts}: beforeSave “a”: there is no entity “visits.remindr”. Did you mean “visits.reminder”?`,
      `${ts}: beforeSave “b”: base.person has no field “nme”. Did you mean “name”?`,
      `${ts}: action “postpon” has no button: there is no metadata/actions/postpon.json. Did you mean “postpone”?`,
      expect.stringMatching(/postpone\.json:1: is a button without code\. Add action\('visits\.postpone', …\)/),
      expect.stringMatching(
        `^${json}:\\d+ /permissions/records/base.person/read/1: .*“emial”. Did you mean “email”\\?$`,
      ),
      expect.stringMatching(/visits\.reminder: is an entity of the plugin itself/),
      expect.stringMatching(
        /\/secrets\/KEY\/hosts\/0: “api\.example\.org” is not among the hosts that the plugin calls/,
      ),
    ])
  })

  test('of imports: what Node has, what is no dependency, what lies elsewhere', async () => {
    place.write('outside.ts', 'export const x = 1')
    code(
      "import { readFileSync } from 'node:fs'",
      "import { z } from 'zod'",
      "import { x } from '../outside.ts'",
      "import { test } from 'relata/plugin/testing'",
      'export default definePlugin([job({ name: String([readFileSync, z, x, test]) }, () => undefined)])',
    )
    const found = await problems()
    rmSync(file('outside.ts'))
    const at = path.join('visits', 'plugin.ts')
    expect(found).toEqual([
      `${at}:2: “node:fs” is of Node, and a plugin runs without it. Keep what you would read from files in metadata, in records, or in a .ts file of the plugin.`,
      `${at}:3: “zod” is not a dependency of the plugin. Write it into "dependencies" of package.json beside plugin.ts, with: npm install zod`,
      `${at}:4: “../outside.ts” is outside of the plugin’s folder. Move the file into the folder, or make it an npm package.`,
      `${at}:5: “relata/plugin/testing” is not for code that runs in the sandbox. It is for plugin.test.ts.`,
    ])
  })

  test('of globals that the sandbox has not, of other plugins’ actions, of a file that exports something else', async () => {
    const at = path.join('visits', 'plugin.ts')
    code('console.log(1)', 'export default definePlugin([])')
    expect(await problems()).toEqual([
      `${at}:2: console is not defined. Write to the log of the plugin with log.info of the context.`,
    ])
    code("export default definePlugin([action('base.postpone', () => undefined)])")
    expect(await problems()).toEqual([expect.stringMatching('must be one of this plugin; write visits.postpone')])
    code('export default 5')
    expect(await problems()).toEqual([expect.stringMatching(/must end in: export default definePlugin/)])
  })

  test('of syntax, and of a plugin.json that is none', async () => {
    code('export default definePlugin([')
    expect(await problems()).toEqual([expect.stringMatching(/^visits.plugin\.ts:2: Unexpected end of file$/)])
    const before = readFileSync(file('visits/plugin.json'), 'utf8')
    place.write('visits/plugin.json', '{ "engine": 5, "permision": {} }')
    const shape = (await problems()).join('\n')
    place.write('visits/plugin.json', '{,}')
    const syntax = await place.relata('plugin', 'build', 'visits')
    place.write('visits/plugin.json', before)
    expect(shape).toMatch(/plugin\.json:1 \/permision: .* Did you mean “permissions”\?/)
    expect(shape).toMatch(/plugin\.json:1 \/engine: must be a text/)
    expect(syntax.code).toBe(1)
    expect(syntax.stderr).toMatch(/visits.plugin\.json:1: line 1, column 2: .*\n[\s\S]*2 problems/)
  })
})
