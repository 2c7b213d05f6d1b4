// Texts that stand in translations/LANG.json, put beside those that the files themselves have. Later packages have the
// last word, so that an organisation can say better what a plugin says.
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { pointer, pointerSegments } from '../../sdk/metadata/pointer.ts'
import { TEXT_MEMBERS } from './freeze.ts'
import { DEFAULT_LANGUAGE } from './merge.ts'
import { humanise } from './naming.ts'
import type { PackageOrder } from './order.ts'
import type { ParsedPackage } from './packages.ts'
import type { Place, Problems } from './problems.ts'
import { isRecord, type Trace } from './trace.ts'

/** `packages` are parsed anew for each publish: their texts are completed in place. */
export function translate({ packages }: PackageOrder, trace: Trace, problems: Problems): void {
  const byName = new Map(packages.map((one) => [one.name, one]))
  for (const one of packages) {
    for (const file of one.files) {
      if (file.kind !== 'translations') continue
      const place: Place = { package: one.name, file: file.path, path: '' }
      const language = /^translations\/([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\.json$/.exec(file.path)?.[1]
      if (language === undefined) {
        problems.error(place, 'bad_language', 'is not named after a language', {
          hint: 'Name it translations/ru.json, translations/pt-BR.json and so on.',
        })
        continue
      }
      for (const [name, files] of Object.entries(file.value)) {
        if (name === '$schema' || !isRecord(files)) continue
        translatePackage({ byName, trace, problems, language, own: one.name }, name, files, {
          ...place,
          path: pointer('', name),
        })
      }
    }
  }
}

interface Work {
  byName: ReadonlyMap<string, ParsedPackage>
  trace: Trace
  problems: Problems
  language: string
  /** Package that brings the translation. */
  own: string
}

function translatePackage(work: Work, name: string, files: Record<string, unknown>, place: Place): void {
  const target = work.byName.get(name)
  if (!target) {
    // A language may come for more packages than are here.
    work.problems.warn(place, 'unknown_package', `there is no package “${name}” to translate`, {
      hint: didYouMean(nearest(name, [...work.byName.keys()])),
    })
    return
  }
  for (const [path, texts] of Object.entries(files)) {
    const at = { ...place, path: pointer(place.path, path) }
    const file = path === 'package.json' ? target.manifest : target.files.find((one) => one.path === path)?.value
    if (file === undefined) {
      const hint = didYouMean(
        nearest(
          path,
          target.files.map((one) => one.path),
        ),
      )
      say(work, name, at, `“${name}” has no file ${path}`, hint)
    } else if (isRecord(texts)) {
      for (const [where, text] of Object.entries(texts))
        if (typeof text === 'string') put(work, name, file, where, text, { ...at, path: pointer(at.path, where) })
    }
  }
}

/** In what the package itself brings it is a mistake; another package may have moved on meanwhile. */
function say({ problems, own }: Work, name: string, place: Place, message: string, hint?: string): void {
  const extra = hint === undefined ? {} : { hint }
  if (name === own) problems.error(place, 'unknown_text', message, extra)
  else problems.warn(place, 'unknown_text', message, extra)
}

function put(work: Work, name: string, file: object, where: string, text: string, place: Place): void {
  const segments = pointerSegments(where)
  const member = segments.at(-1) ?? ''
  let current: unknown = file
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    const next = step(current, segment)
    if (next === undefined) {
      const path = segments.slice(0, index + 1).reduce((path, one) => pointer(path, one), '')
      return say(work, name, place, `there is nothing at ${path}`, didYouMean(nearest(segment, namesIn(current))))
    }
    current = next
  }
  if (!isRecord(current)) return say(work, name, place, `there is no text at ${where}`)
  const before = current[member]
  const isOne = TEXT_MEMBERS.has(member) && isText(before)
  const base = isOne ? before : member === 'label' && before === undefined ? implied(current) : undefined
  if (base === undefined)
    return say(work, name, place, `there is no text at ${where}`, didYouMean(nearest(member, textsIn(current))))
  const texts = typeof base === 'string' ? { [DEFAULT_LANGUAGE]: base } : base
  current[member] = { ...texts, [work.language]: text }
  work.trace.own(current, member, place)
}

/** Items of lists are known by their id, or whatever stands for it. */
function step(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) return value.find((item) => identityOf(item) === segment)
  return isRecord(value) && Object.hasOwn(value, segment) ? value[segment] : undefined
}

const NAMING = ['id', 'name', 'value', 'field'] as const
const identityOf = (item: unknown): unknown =>
  isRecord(item) ? NAMING.map((member) => item[member]).find((one) => typeof one === 'string') : undefined

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(identityOf).filter((one) => typeof one === 'string')
  return isRecord(value) ? Object.keys(value) : []
}

const textsIn = (value: Record<string, unknown>): string[] =>
  Object.keys(value).filter((member) => TEXT_MEMBERS.has(member) && isText(value[member]))

function isText(value: unknown): value is string | Record<string, string> {
  return typeof value === 'string' || (isRecord(value) && Object.values(value).every((one) => typeof one === 'string'))
}

/** What the catalog would say of something without a label. */
function implied(item: Record<string, unknown>): string | undefined {
  const name = item['name'] ?? item['value']
  return typeof name === 'string' ? humanise(name) : undefined
}
