// Declarations out of a TypeScript file, as text, with the comments that stand before and in them.

/** `export interface NAME …` or `export type NAME …`, with its doc comment. @throws when there is none */
export function declaration(source: string, name: string): string {
  const match = new RegExp(
    `^(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?(?:// biome-ignore.*\\n)?export (interface|type) ${name}\\b`,
    'm',
  ).exec(source)
  if (!match) throw new Error(`There is no declaration of ${name}.`)
  const body = source.slice(match.index)
  const end = endOf(body, (match[1] ?? '').length)
  return body
    .slice(0, end)
    .replaceAll(/^\/\/ biome-ignore.*\n/gm, '')
    .trim()
}

/** Where the declaration that begins behind `start` ends: at the bracket that closes it, or at an empty line. */
function endOf(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('/*', at)) at = text.indexOf('*/', at) + 1
    else if ('{(['.includes(text[at] ?? '')) depth++
    else if ('})]'.includes(text[at] ?? '')) depth--
    const isNext = depth === 0 && text[at] === '\n' && /^(\n|export |\/\*\*|\/\/|type )/.test(text.slice(at + 1))
    if (isNext) return at
  }
  return text.length
}

/** Doc comment of a function as Markdown: its sentences, then its example. @throws when there is none */
export function docOf(source: string, name: string): string {
  const match = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport function ${name}\\b`).exec(source)
  if (!match) throw new Error(`${name} has no doc comment.`)
  const lines = (match[1] ?? '').split('\n').map((line) => line.replace(/^\s*\*? ?/, ''))
  const [words = '', example] = lines.join('\n').split(/^@example /m)
  const said = words
    .trim()
    .replaceAll(/\s*@param (\w+) /g, '\n\n`$1`: ')
    .replaceAll(/\s*@throws /g, '\n\nThrows: ')
  return example === undefined ? said : `${said}\n\n\`\`\`ts\n${example.trim()}\n\`\`\``
}
