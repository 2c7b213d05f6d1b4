// Every text of the studio comes from its catalogue: no words in templates, in attributes that are read out or shown, or
// in calls that show something. And the catalogue holds nothing that no page names.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Attributes whose value a person reads or hears. */
const SHOWN_ATTRIBUTE =
  /(?:^|\s)(\.?(?:title|label|placeholder|alt|aria-label|aria-description|aria-roledescription|aria-valuetext|helper-text|helperText|error-message))=("[^"]*"|'[^']*'|[^\s>]+)/gi
const SHOWING_CALL = /\b(?:toast|toastUndo|setTitle)\(\s*(['"`])(?=[^'"`]*\p{L})/gu
const ADVICE = 'Put it into studio/catalogue/ and show it by t().'

/** @returns problems with file and line */
export function checkTexts(root: string): string[] {
  const files = globSync('studio/**/*.ts', { cwd: root, exclude: (name) => name === 'dist' || name === 'node_modules' })
  const sources = new Map(files.sort().map((file) => [file, readFileSync(path.join(root, file), 'utf8')]))
  const pages = [...sources].filter(([file]) => !file.startsWith('studio/catalogue/'))
  const catalogues = [...sources].filter(([file]) => /^studio\/catalogue\/en[a-z-]*\.ts$/.test(file))
  return [
    ...pages.flatMap(([file, source]) => textsIn(source).map((problem) => `${file}:${problem}`)),
    ...checkCatalogues(catalogues, pages),
  ]
}

/** @returns `12: “Save” …` */
export function textsIn(source: string): string[] {
  const found = templatesIn(source).flatMap(({ text, at }) =>
    wordsIn(text).map((word) => ({ at: at + word.at, text: word.text })),
  )
  const calls = [...source.matchAll(SHOWING_CALL)].map((match) => ({
    at: match.index,
    text: source.slice(match.index, match.index + 40).split('\n')[0] ?? '',
  }))
  return [...found, ...calls].map(
    ({ at, text }) => `${lineOf(source, at)}: “${text.trim()}” is literal text. ${ADVICE}`,
  )
}

function checkCatalogues(
  catalogues: readonly (readonly [string, string])[],
  pages: readonly (readonly [string, string])[],
): string[] {
  const code = pages.map(([, source]) => source).join('\n')
  const seen = new Map<string, string>()
  return catalogues.flatMap(([file, source]) =>
    [...source.matchAll(/^ {2}'?([\w.]+)'?:/gm)].flatMap(([, key = '']) => {
      const first = seen.get(key)
      seen.set(key, file)
      if (first !== undefined) return [`${file}: the key “${key}” stands in ${first} too`]
      return isNamed(key.replace(/_(one|other)$/, ''), code) ? [] : [`${file}: no page names the key “${key}”`]
    }),
  )
}

/** As a whole, or as the end of a key that is put together: `profile.theme.${theme}`. */
function isNamed(key: string, code: string): boolean {
  if (code.includes(`'${key}'`) || code.includes(`"${key}"`) || code.includes(`\`${key}\``)) return true
  const dots = [...key.matchAll(/\./g)].map(({ index }) => key.slice(0, index + 1))
  return dots.some((stem) => code.includes(`\`${stem}\${`))
}

interface Part {
  text: string
  at: number
}

/** Static text of html and svg templates, gaps as `\u0001`; positions stay as in the source. */
export function templatesIn(source: string): Part[] {
  const parts: Part[] = []
  let at = 0

  const template = (isMarkup: boolean): void => {
    const start = at
    let text = ''
    while (at < source.length && source[at] !== '`') {
      if (source[at] === '\\') {
        text += '  '
        at += 2
      } else if (source.startsWith('${', at)) {
        const from = at
        at += 2
        code('}')
        text += '\u0001'.repeat(at - from)
      } else text += source[at++]
    }
    at++
    if (isMarkup) parts.push({ text, at: start })
  }
  /** Up to the closing mark, which is taken too. */
  const code = (until: '}' | ''): void => {
    let depth = 0
    while (at < source.length) {
      const char = source[at] ?? ''
      const skipped = skipOf(source, at)
      if (skipped > 0) at += skipped
      else if (char === '`') {
        const isMarkup = /\b(?:html|svg)\s*$/.test(source.slice(Math.max(0, at - 12), at))
        at++
        template(isMarkup)
      } else {
        at++
        if (char === '{') depth++
        if (char === '}' && depth-- === 0 && until === '}') return
      }
    }
  }
  code('')
  return parts
}

/** Length of the comment, string or regular expression that starts here; 0: none does. */
function skipOf(source: string, at: number): number {
  const rest = source.slice(at, at + 4_000)
  const comment = /^(?:\/\/.*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0]
  if (comment !== undefined) return comment.length
  const string = /^(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/.exec(rest)?.[0]
  if (string !== undefined) return string.length
  const mayBeRegExp =
    rest.startsWith('/') && /(?:^|[(,=:[!&|?{};>]|\breturn|\n)\s*$/.test(source.slice(Math.max(0, at - 40), at))
  return mayBeRegExp ? (/^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.exec(rest)?.[0].length ?? 0) : 0
}

/** Words between tags, and in attributes that are shown. */
function wordsIn(markup: string): Part[] {
  const words: Part[] = []
  const tags = /<!--[\s\S]*?-->|<\/?[a-zA-Z\u0001][^>]*>/g
  let end = 0
  const between = (from: number, to: number) => {
    const text = markup.slice(from, to).replace(/&[a-z]+;|\u0001+/gi, (gap) => ' '.repeat(gap.length))
    if (/\p{L}/u.test(text)) words.push({ text, at: from + text.search(/\p{L}/u) })
  }
  for (const tag of markup.matchAll(tags)) {
    between(end, tag.index)
    end = tag.index + tag[0].length
    for (const [whole, , value = ''] of tag[0].matchAll(SHOWN_ATTRIBUTE))
      if (/\p{L}/u.test(value.replaceAll('\u0001', '')))
        words.push({ text: whole, at: tag.index + tag[0].indexOf(whole) })
  }
  between(end, markup.length)
  return words
}

const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length
