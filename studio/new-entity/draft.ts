// A new entity while it is being made up, and the files it becomes: pure, so that it can be tested without a page.
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { freeName } from './names.ts'

export interface DraftField {
  /** Lasts while the row is moved and renamed. */
  key: string
  label: string
  type: string
  isRequired: boolean
  isUnique: boolean
  help: string
  /** Choice and multi-choice. */
  choices: readonly { label: string; color: string }[]
  /** Reference, many-to-many: qualified entity name. */
  target: string
  /** Auto-number: `INV-{YYYY}-{0000}`. */
  numberPattern: string
  /** Money: ISO 4217 codes with commas. */
  currencies: string
  /** Number: whole ones only. */
  isWhole: boolean
}

export interface Draft {
  label: string
  /** '' = guessed from the label. */
  plural: string
  icon: string
  fields: readonly DraftField[]
  /** Qualified name of the app that gets an entry; '' = an app of its own. */
  app: string
}

export interface DraftProblem {
  /** '' = the entity, else the key of a field. */
  field: string
  /** Which input of it. */
  input: 'label' | 'fields' | 'choices' | 'target' | 'numberPattern' | 'currencies' | 'type'
  key: 'label' | 'fields' | 'choices' | 'target' | 'sameLabel'
}

export const COLORS = ['blue', 'green', 'orange', 'red', 'purple', 'teal', 'yellow', 'pink', 'indigo', 'gray'] as const

export function newField(type: string, label = ''): DraftField {
  return {
    key: crypto.randomUUID(),
    label,
    type,
    isRequired: false,
    isUnique: false,
    help: '',
    choices: [],
    target: '',
    numberPattern: '',
    currencies: '',
    isWhole: false,
  }
}

/** What a person can see to be missing before the server is asked. */
export function problemsOf(draft: Draft): DraftProblem[] {
  const problems: DraftProblem[] = []
  if (draft.label.trim() === '') problems.push({ field: '', input: 'label', key: 'label' })
  if (draft.fields.length === 0) problems.push({ field: '', input: 'fields', key: 'fields' })
  const seen = new Set<string>()
  for (const { key: field, label, type, choices, target } of draft.fields) {
    const name = label.trim().toLowerCase()
    if (name === '') problems.push({ field, input: 'label', key: 'label' })
    else if (seen.has(name)) problems.push({ field, input: 'label', key: 'sameLabel' })
    seen.add(name)
    if (hasChoices(type) && !choices.some((one) => one.label.trim() !== ''))
      problems.push({ field, input: 'choices', key: 'choices' })
    if (hasTarget(type) && target === '') problems.push({ field, input: 'target', key: 'target' })
  }
  return problems
}

export const hasChoices = (type: string): boolean => type === 'choice' || type === 'multi_choice'
export const hasTarget = (type: string): boolean => type === 'reference' || type === 'many_to_many'

/** What the tenant has, as far as new names must differ from it and files go on from it. */
export interface Surroundings {
  /** Present files of the package `custom`; none yet: empty. */
  custom: Readonly<Record<string, unknown>>
  /** Languages are written as `{ tag: text }`; '' writes plain texts. */
  language: string
}

export interface Sources {
  package: PackageSource
  /** `custom.tool` */
  entity: string
  /** File of the entity, to lead problems back to their rows. */
  file: string
}

const PACKAGE = 'custom'

/** @returns the whole package with the new entity, its view and its entry in an app */
export function sourcesOf(draft: Draft, { custom, language }: Surroundings): Sources {
  const label = (text: string): unknown => (language === '' ? text : { [language]: text })
  const name = freeName(draft.label, 'entity', stemsIn(custom, 'entities'))
  const file = `entities/${name}.json`
  const fields = fieldsOf(draft.fields, label)
  const title = draft.label.trim()
  const plural = draft.plural.trim() || title
  const files: Record<string, unknown> = {
    ...custom,
    [file]: {
      name,
      label: label(title),
      plural: label(plural),
      icon: draft.icon,
      ownership: 'user',
      history: true,
      comments: true,
      files: true,
      search: true,
      fields,
    },
    ...appFile(draft, custom, name, label(plural)),
  }
  files['package.json'] = manifestOf(files, custom['package.json'])
  return { package: { name: PACKAGE, files }, entity: `${PACKAGE}.${name}`, file }
}

function fieldsOf(fields: readonly DraftField[], label: (text: string) => unknown): Record<string, unknown>[] {
  const taken = new Set<string>()
  return fields.map((field) => {
    const name = freeName(field.label, 'field', taken)
    taken.add(name)
    return {
      name,
      type: field.type,
      label: label(field.label.trim()),
      ...(field.help.trim() === '' ? {} : { help: label(field.help.trim()) }),
      ...(field.isRequired ? { required: true } : {}),
      ...(field.isUnique ? { unique: true } : {}),
      ...(SEARCHED.has(field.type) ? { searchable: true } : {}),
      ...optionsOf(field, label),
    }
  })
}

const SEARCHED: ReadonlySet<string> = new Set(['text', 'email', 'auto_number', 'person_name'])

function optionsOf(
  { type, choices, target, numberPattern, currencies, isWhole }: DraftField,
  label: (text: string) => unknown,
): Record<string, unknown> {
  if (hasChoices(type)) {
    const taken = new Set<string>()
    const options = choices
      .filter((one) => one.label.trim() !== '')
      .map((one) => {
        const value = freeName(one.label, 'option', taken)
        taken.add(value)
        return { value, label: label(one.label.trim()), color: one.color }
      })
    return { options }
  }
  if (hasTarget(type)) return { to: target, ...(type === 'reference' ? { indexed: true } : {}) }
  if (type === 'auto_number') return { number_pattern: numberPattern.trim() || '{0000}' }
  if (type === 'money') {
    const codes = currencies.toUpperCase().match(/[A-Z]{3}/g) ?? []
    return codes.length > 0 ? { currencies: [...new Set(codes)] } : {}
  }
  return type === 'number' && isWhole ? { integer: true } : {}
}

/** An entry in an app of this package, in one of another package by extending it, or in an app of its own. */
function appFile(
  { app, icon, label: title }: Draft,
  custom: Readonly<Record<string, unknown>>,
  name: string,
  label: unknown,
): Record<string, unknown> {
  const entry = { id: `${PACKAGE}_${name}`, entity: `${PACKAGE}.${name}` }
  if (app === '') {
    const own = freeName(title, 'app', stemsIn(custom, 'apps'))
    return { [`apps/${own}.json`]: { name: own, label, icon, navigation: [entry] } }
  }
  const [owner = '', short = ''] = app.split('.')
  const path = owner === PACKAGE ? `apps/${short}.json` : `apps/${owner}_${short}.json`
  const present = recordOf(custom[path])
  const navigation = Array.isArray(present['navigation']) ? present['navigation'] : []
  return { [path]: { ...(owner === PACKAGE ? {} : { extends: app }), ...present, navigation: [...navigation, entry] } }
}

/** Packages whose things are named must be required. */
function manifestOf(files: Readonly<Record<string, unknown>>, present: unknown): Record<string, unknown> {
  const { [PACKAGE]: _, ...named } = packagesNamed(files)
  const manifest = recordOf(present)
  return {
    name: PACKAGE,
    version: '1.0.0',
    label: 'Custom',
    ...manifest,
    requires: { ...named, ...recordOf(manifest['requires']) },
  }
}

function packagesNamed(files: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = Object.entries(files)
    .filter(([path]) => path !== 'package.json')
    .flatMap(([, file]) =>
      [...JSON.stringify(file).matchAll(/"(?:to|extends|entity)":"([a-z][a-z0-9_]*)\./g)].map(
        (match) => match[1] ?? '',
      ),
    )
  return Object.fromEntries(names.filter(Boolean).map((name) => [name, '*']))
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

function stemsIn(files: Readonly<Record<string, unknown>>, folder: string): Set<string> {
  return new Set(
    Object.keys(files)
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).replace(/\.json$/, '')),
  )
}
