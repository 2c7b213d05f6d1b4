// Rules M1–M6 of metadata-packages.md.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { PACKAGE_FOLDERS, readSources, resolveSources } from '../support/metadata-sources.ts'

const sources = await readSources()
/** The system package is tested where it is made. */
const ours = sources.filter((source) => source.name !== 'system')
const REQUIRED = ['system', 'base']

function snapshotOf(packages: readonly PackageSource[]): Snapshot {
  const result = resolveSources(packages)
  expect({ problems: result.ok ? [] : result.problems, warnings: result.warnings }).toEqual({
    problems: [],
    warnings: [],
  })
  if (!result.ok) throw new Error('the packages do not resolve')
  return result.snapshot
}

describe('packages', () => {
  test('[M1] all resolve together', () => {
    expect(snapshotOf(sources).packages.map((one) => one.name)).toEqual(
      expect.arrayContaining(ours.map((one) => one.name)),
    )
  })

  test.each(PACKAGE_FOLDERS)('[M1] %s resolves with what it requires', async (folder) => {
    snapshotOf(await readSources([...new Set([...REQUIRED.slice(0, folder === 'system' ? 1 : 2), folder])]))
  })

  test('[M2] every text has English and Russian', () => {
    const missing = ours.flatMap((source) =>
      Object.entries(source.files).flatMap(([file, value]) => untranslated(value, `${source.name}/${file}`)),
    )
    expect(missing).toEqual([])
  })

  test('[M3] every icon exists', () => {
    const icons = path.join(import.meta.dirname, '../../node_modules/lucide-static/icons')
    const used = ours.flatMap((source) => Object.entries(source.files).flatMap(([file, value]) => iconsIn(value, file)))
    expect(used.length).toBeGreaterThan(20)
    expect(used.filter(({ icon }) => !existsSync(path.join(icons, `${icon}.svg`)))).toEqual([])
  })

  test('[M4] every type of field is used', () => {
    const used = new Set(snapshotOf(sources).entities.flatMap((entity) => entity.fields.map((field) => field.type)))
    expect(Object.keys(FIELD_TYPES).filter((type) => !used.has(type))).toEqual([])
  })

  test('[M5] every entity can be found, read and listed', () => {
    const snapshot = snapshotOf(sources)
    const written = new Set(ours.flatMap((source) => Object.keys(source.files).map((file) => `${source.name}/${file}`)))
    const entities = snapshot.entities.filter((entity) => entity.package !== 'system' && !entity.isLink)
    const inApps = new Set(snapshot.apps.flatMap((app) => app.navigation.map((item) => item.entity)))
    const inForms = new Set(
      snapshot.forms.flatMap((form) =>
        form.tabs.flatMap((tab) =>
          tab.sections.flatMap((section) => section.items.flatMap((item) => item.related?.entity ?? [])),
        ),
      ),
    )
    const nameOf = (name: string) => name.slice(name.indexOf('.') + 1)
    expect({
      withoutForm: entities
        .filter(({ name, package: owner }) => !written.has(`${owner}/forms/${nameOf(name)}.json`))
        .map(({ name }) => name),
      withoutDefaultView: entities
        .filter(({ name }) => snapshot.views.filter((view) => view.entity === name && view.isDefault).length !== 1)
        .map(({ name }) => name),
      unreachable: entities.filter(({ name }) => !inApps.has(name) && !inForms.has(name)).map(({ name }) => name),
    }).toEqual({ withoutForm: [], withoutDefaultView: [], unreachable: [] })
  })

  test('[M6] no field repeats the name of its entity', () => {
    const repeated = snapshotOf(sources).entities.flatMap((entity) =>
      entity.package === 'system' || entity.isLink
        ? []
        : entity.fields
            .map((field) => `${entity.name}.${field.name}`)
            .filter((name) => name.includes(`${entity.name}.${entity.name.split('.')[1]}_`)),
    )
    expect(repeated).toEqual([])
  })
})

const TEXT_MEMBERS = [
  'label',
  'plural',
  'description',
  'help',
  'reverse_label',
  'inverse_label',
  'role',
  'text',
  'message',
  'group',
]

function untranslated(value: unknown, place: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => untranslated(item, `${place}/${at}`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([member, item]: [string, unknown]) => {
    const at = `${place}/${member}`
    // Grants of a role by entity: `message` is one of those.
    if (member === 'entities') return []
    if (!TEXT_MEMBERS.includes(member) || isFieldNames(item)) return untranslated(item, at)
    return isInBothLanguages(item) ? [] : [at]
  })
}

/** `group` of a view is a list of fields, not a text. */
const isFieldNames = (value: unknown): boolean => Array.isArray(value)

function isInBothLanguages(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('en' in value) || !('ru' in value)) return false
  return [value.en, value.ru].every((text) => typeof text === 'string' && text.trim() !== '')
}

function iconsIn(value: unknown, file: string): { file: string; icon: string }[] {
  if (Array.isArray(value)) return value.flatMap((item) => iconsIn(item, file))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([member, item]: [string, unknown]) =>
    member === 'icon' ? [{ file, icon: String(item) }] : iconsIn(item, file),
  )
}
