import { describe, expect, test } from 'vitest'
import { entityOf, fieldOf, pack, problemsOf, resolved } from '../support/packages.ts'

const files = {
  'entities/person.json': {
    name: 'person',
    label: { en: 'Person', fr: 'Personne' },
    fields: [
      { name: 'nick', type: 'text', label: 'Nickname' },
      { name: 'status', type: 'choice', options: [{ value: 'new', label: 'New' }] },
    ],
    validations: [{ name: 'some', rule: { '!=': [{ var: 'nick' }, null] }, message: 'Say a name.' }],
  },
  'views/all.json': { name: 'all', entity: 'person', label: 'All', columns: [{ field: 'nick' }] },
  'roles/clerk.json': { name: 'clerk', label: 'Clerk', entities: {} },
}
const german = (texts: object) => ({ ...files, 'translations/de.json': texts })
const own = (texts: object) => pack('base', german({ base: texts }))

describe('[C16] translations', () => {
  test('are put beside the texts that are there', () => {
    const { snapshot, warnings } = resolved([
      own({
        'package.json': { '/label': 'Basis' },
        'entities/person.json': {
          '/label': 'Mensch',
          '/fields/nick/label': 'Spitzname',
          '/fields/status/label': 'Stand',
          '/fields/status/options/new/label': 'Neu',
          '/validations/some/message': 'Sag einen Namen.',
        },
        'views/all.json': { '/label': 'Alle' },
        'roles/clerk.json': { '/label': 'Sachbearbeiter' },
      }),
    ])
    expect(warnings).toEqual([])
    const person = entityOf(snapshot, 'base.person')
    expect(person.label).toEqual({ en: 'Person', fr: 'Personne', de: 'Mensch' })
    expect(fieldOf(snapshot, 'base.person', 'nick').label).toEqual({ en: 'Nickname', de: 'Spitzname' })
    const status = fieldOf(snapshot, 'base.person', 'status')
    // Without a label in the file, what would stand there is the English text.
    expect(status.label).toEqual({ en: 'Status', de: 'Stand' })
    expect(status.options.choices?.[0]?.label).toEqual({ en: 'New', de: 'Neu' })
    expect(person.validations[0]?.message).toEqual({ en: 'Say a name.', de: 'Sag einen Namen.' })
    expect(snapshot.views.find(({ name }) => name === 'base.all')?.label).toEqual({ en: 'All', de: 'Alle' })
    expect(snapshot.roles.find(({ name }) => name === 'base.clerk')?.label).toEqual({
      en: 'Clerk',
      de: 'Sachbearbeiter',
    })
    expect(snapshot.packages[0]?.label).toEqual({ en: 'base', de: 'Basis' })
    expect(snapshot.locales).toContain('de')
  })

  test('of the organisation have the last word over those of a package', () => {
    const custom = pack('custom', {
      'translations/de.json': { base: { 'entities/person.json': { '/label': 'Leute' } } },
    })
    const { snapshot } = resolved([own({ 'entities/person.json': { '/label': 'Mensch' } }), custom])
    expect(entityOf(snapshot, 'base.person').label).toMatchObject({ de: 'Leute' })
  })

  test('of what is not there are told with what was perhaps meant', () => {
    const problems = problemsOf([
      own({
        'entities/persn.json': { '/label': 'x' },
        'entities/person.json': {
          '/fields/nik/label': 'x',
          '/fields/nick/lable': 'x',
          '/fields/nick': 'x',
          '/name': 'x',
          '/help': 'x',
        },
      }),
    ])
    expect(
      problems.map(({ path, message, hint }) => `${path}: ${message}. ${hint ?? ''}`).join('\n'),
    ).toMatchInlineSnapshot(`
      "/base/entities~1persn.json: “base” has no file entities/persn.json. Did you mean “entities/person.json”?
      /base/entities~1person.json/~1fields~1nik~1label: there is nothing at /fields/nik. Did you mean “nick”?
      /base/entities~1person.json/~1fields~1nick~1lable: there is no text at /fields/nick/lable. Did you mean “label”?
      /base/entities~1person.json/~1fields~1nick: there is no text at /fields/nick. 
      /base/entities~1person.json/~1name: there is no text at /name. 
      /base/entities~1person.json/~1help: there is no text at /help. "
    `)
  })

  test('of another package may be for another version of it', () => {
    const other = pack('custom', {
      'translations/de.json': {
        base: { 'entities/person.json': { '/fields/gone/label': 'x', '/fields/nick/label': 'Spitzname' } },
        elsewhere: { 'entities/a.json': { '/label': 'x' } },
      },
    })
    const { snapshot, warnings } = resolved([pack('base', files), other])
    expect(warnings.map(({ key }) => key)).toEqual(['unknown_text', 'unknown_package'])
    expect(fieldOf(snapshot, 'base.person', 'nick').label).toMatchObject({ de: 'Spitzname' })
  })

  test('stand in a file named after a language', () => {
    expect(problemsOf([pack('base', { 'translations/German.json': {} })])).toMatchObject([{ key: 'bad_language' }])
  })
})
