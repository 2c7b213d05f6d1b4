// docs/metadata.md is true: its samples resolve, and its tables name what there is.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import { EntitySource, type PackageSource } from '../../sdk/metadata/source.ts'
import { readSources, resolveSources } from '../support/metadata-sources.ts'

const guide = readFileSync(path.join(import.meta.dirname, '../../docs/metadata.md'), 'utf8')

/** Each JSON sample belongs to the file named before it; a package.json begins a package. */
function samples(): PackageSource[] {
  const packages: PackageSource[] = []
  for (const [, file = '', text = ''] of guide.matchAll(/`([\w/]+\.json)`:\n\n```json\n([\s\S]*?)```/g)) {
    const value = JSON.parse(text)
    if (file === 'package.json') packages.push({ name: value.name, files: {} })
    const current = packages.at(-1)
    if (current) current.files[file] = value
  }
  return packages
}

test('the samples resolve without a problem or a warning', async () => {
  const written = samples()
  expect(written.map(({ name, files }) => [name, Object.keys(files).length])).toEqual([
    ['workshop', 8],
    ['rental', 4],
  ])
  expect(guide.match(/```json/g)).toHaveLength(12)
  const result = resolveSources([...(await readSources(['system', 'base'])), ...written])
  expect(result.ok ? [] : result.problems).toEqual([])
  expect(result.warnings).toEqual([])
  if (!result.ok) return
  const bicycle = result.snapshot.entities.find(({ name }) => name === 'workshop.bicycle')
  expect(bicycle?.fields.map(({ name }) => name)).toContain('rental_daily_rate')
  expect(bicycle?.fields.find(({ name }) => name === 'kind')?.options.choices?.map(({ value }) => value)).toEqual([
    'city',
    'tandem',
    'cargo',
    'penny_farthing',
  ])
  expect(result.snapshot.entities.map(({ name }) => name)).toContain('workshop.repair_mechanics')
})

test('the table of types has every type, with every member of its own', () => {
  const rows = guide.split('\n').filter((line) => /^\| `/.test(line))
  const untold = Object.values(FIELD_TYPES).flatMap((type) => {
    const row = rows.find((line) => line.split('|')[1]?.includes(`\`${type.name}\``))
    if (!row) return [type.name]
    return Object.keys(type.properties)
      .filter((member) => !row.includes(`\`${member}\``))
      .map((member) => `${type.name}.${member}`)
  })
  expect(untold).toEqual([])
})

test('the table of an entity has every member', () => {
  const known = ['$schema', 'id', 'name', 'aliases', 'fields']
  const members = Object.keys(EntitySource.properties).filter((member) => !known.includes(member))
  expect(members.filter((member) => !new RegExp(`^\\| [^|]*\`${member}\``, 'm').test(guide))).toEqual([])
})
