// What a plugin asks for against what was granted. An administrator decides once over each thing: granted or not. What a
// later version asks for anew has to be decided over before that version runs. Pure.
import { RelataError } from '../../../sdk/errors.ts'
import { didYouMean, nearest } from '../../../sdk/metadata/nearest.ts'
import { type Ask, fieldKey } from '../../../sdk/plugin/asks.ts'

export interface Decision {
  grants: readonly string[]
  /** Asked for and not granted: the plugin runs without. */
  refused: readonly string[]
}

/** An administrator's word: everything that is asked for, or these keys of it. */
export type Wish = 'all' | readonly string[]

/** @throws RL206 a key that nobody asks for */
export function decide(asks: readonly Ask[], wish: Wish): Decision {
  const keys = asks.map(({ key }) => key)
  if (wish === 'all') return { grants: keys, refused: [] }
  const problems = wish.flatMap((key, index) => {
    if (keys.includes(key)) return []
    const hint = didYouMean(nearest(key, keys))
    const message = `The plugin does not ask for “${key}”.`
    return [{ path: `/grants/${index}`, key: 'unknown_grant', message, ...(hint === undefined ? {} : { hint }) }]
  })
  if (problems.length > 0)
    throw new RelataError('RL206', 'Some of what would be granted is not asked for.', { problems })
  const granted = new Set(wish)
  return { grants: keys.filter((key) => granted.has(key)), refused: keys.filter((key) => !granted.has(key)) }
}

/** What was decided before, as far as it is asked for still. */
export function carryOver(asks: readonly Ask[], before: Decision): Decision {
  const granted = new Set(before.grants)
  const refused = new Set(before.refused)
  const isGranted = (ask: Ask) => granted.has(ask.key) || granted.has(wider(ask) ?? ask.key)
  return {
    grants: asks.filter(isGranted).map(({ key }) => key),
    refused: asks.filter((ask) => !isGranted(ask) && refused.has(ask.key)).map(({ key }) => key),
  }
}

/** All fields of an entity hold each of them. */
const wider = (ask: Ask): string | undefined =>
  'field' in ask && ask.field !== null ? fieldKey(ask.kind, ask.entity, null) : undefined

/** What nobody has decided over. */
export function undecided(asks: readonly Ask[], { grants, refused }: Decision): Ask[] {
  const known = new Set([...grants, ...refused])
  return asks.filter(({ key }) => !known.has(key))
}
