// `relata plugin new` and `build`: from nothing to a bundle, and what is said when something is not right.
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
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

/** Problems alone, without the count below them. */
async function problems(): Promise<string[]> {
  const { code: exit, stderr } = await place.relata('plugin', 'build', 'visits', '--no-types')
  expect(exit).toBe(1)
  return stderr.split('\n').filter((line) => line.startsWith('visits'))
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
    const shape = (await place.relata('plugin', 'build', 'visits')).stderr
    place.write('visits/plugin.json', '{,}')
    const syntax = (await place.relata('plugin', 'build', 'visits')).stderr
    place.write('visits/plugin.json', before)
    expect(shape).toMatch(/plugin\.json:1 \/permision: .* Did you mean “permissions”\?/)
    expect(shape).toMatch(/plugin\.json:1 \/engine: must be a text/)
    expect(syntax).toMatch(/plugin\.json:1: line 1, column 2: /)
  })
})
