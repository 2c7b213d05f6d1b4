// Texts with gaps: `{name.given|slug}@{office.domain}`, `{list:street} {int:1-120}`. A picked word may have gaps of
// its own, so that a country says how its addresses are written.
import type { Operation } from './expressions.ts'
import { asText, lookUp, type Scene } from './scene.ts'

type Piece = (scene: Scene) => string
const MAX_DEPTH = 8

export function compileTemplate(template: string, fail: Operation['fail'], depth = 0): Piece {
  if (depth > MAX_DEPTH) fail(`“${template}” goes round in circles`)
  const pieces: Piece[] = []
  let upTo = 0
  for (const match of template.matchAll(/\{([^{}]+)\}/g)) {
    const before = template.slice(upTo, match.index)
    if (before) pieces.push(() => before)
    pieces.push(gap(match[1] ?? '', fail, depth))
    upTo = match.index + match[0].length
  }
  const rest = template.slice(upTo)
  if (rest || pieces.length === 0) pieces.push(() => rest)
  const [only] = pieces
  if (pieces.length === 1 && only) return only
  return (scene) => pieces.map((piece) => piece(scene)).join('')
}

function gap(source: string, fail: Operation['fail'], depth: number): Piece {
  const [content = '', filter] = source.split('|')
  const piece = content.startsWith('list:')
    ? fromList(content.slice(5), fail, depth)
    : content.startsWith('int:')
      ? fromRange(content.slice(4), fail)
      : fromPath(content)
  if (filter === undefined) return piece
  if (filter !== 'slug') fail(`there is no filter “${filter}”`)
  return (scene) => scene.words.slug(piece(scene))
}

function fromPath(path: string): Piece {
  const steps = path.split('.')
  return (scene) => asText(lookUp(scene, steps))
}

function fromRange(range: string, fail: Operation['fail']): Piece {
  const match = /^(\d+)-(\d+)$/.exec(range)
  if (!match) return fail(`“int:${range}” should be like int:1-90`)
  const [min, max] = [Number(match[1]), Number(match[2])]
  return (scene) => String(scene.random.int(min, max))
}

/** The words are compiled as they come up, for each may be a template. */
function fromList(name: string, fail: Operation['fail'], depth: number): Piece {
  const known = new Map<string, Piece>()
  return (scene) => {
    const word = asText(scene.random.pick(scene.words.list([name], scene.country)) ?? null)
    if (!word.includes('{')) return word
    let piece = known.get(word)
    if (!piece) known.set(word, (piece = compileTemplate(word, fail, depth + 1)))
    return piece(scene)
  }
}

/** `#` becomes a digit and `@` a capital letter. */
export function fillPattern(pattern: string, scene: Scene): string {
  return pattern.replace(/[#@]/g, (sign) =>
    sign === '#' ? String(scene.random.int(0, 9)) : String.fromCharCode(65 + scene.random.int(0, 25)),
  )
}
