// Rules compiled to closures against json-logic-js, which interprets them: five rules as forms and filters have them,
// over the same records, in turns, so that both meet the same machine.
import jsonLogic from 'json-logic-js'
import { checkRule, compileRule, type RuleScope, type RuleType, type RuleValue } from '../../sdk/rules/index.ts'
import { type Bench, median, type Row, rounded } from './support/results.ts'

const ROUNDS = 15
const RECORDS = 1_000
/** Of one measurement. */
const PASSES = 60

const v = (name: string) => ({ var: name })

/** Both give the same answers to them: no nulls beside “<”, no digits that floating point would lose. */
const RULES: Readonly<Record<string, unknown>> = {
  'required if': {
    and: [{ in: [v('stage'), ['offered', 'won']] }, { '==': [v('contact'), null] }, { '!': [v('is_internal')] }],
  },
  'visible if': {
    or: [
      { '==': [v('kind'), 'contract'] },
      { and: [{ '==': [v('kind'), 'order'] }, { '>': [v('quantity'), 100] }] },
      { in: [v('country'), ['DE', 'AT', 'CH', 'LI']] },
    ],
  },
  'record access': {
    and: [
      { '>=': [v('amount'), 1000] },
      { '<': [v('amount'), 250000] },
      { '!=': [v('stage'), 'lost'] },
      { '<=': ['2026-01-01', v('closes'), '2026-12-31'] },
    ],
  },
  'computed total': {
    if: [
      { '>': [v('quantity'), 100] },
      { '*': [v('price'), v('quantity'), 0.9] },
      { '>': [v('quantity'), 10] },
      { '-': [{ '*': [v('price'), v('quantity')] }, 5] },
      { '*': [v('price'), v('quantity')] },
    ],
  },
  'score and label': {
    cat: [
      {
        if: [
          { '>=': [{ '+': [v('quantity'), { '*': [v('priority'), 10] }] }, 150] },
          'A',
          { '>=': [v('priority'), 3] },
          'B',
          'C',
        ],
      },
      ' ',
      v('name'),
      ' (',
      v('country'),
      ')',
    ],
  },
}

const TYPES: Readonly<Record<string, RuleType>> = {
  name: { kind: 'text' },
  kind: { kind: 'text' },
  stage: { kind: 'text' },
  country: { kind: 'text' },
  contact: { kind: 'id' },
  is_internal: { kind: 'boolean' },
  quantity: { kind: 'number' },
  priority: { kind: 'number' },
  amount: { kind: 'decimal' },
  price: { kind: 'decimal' },
  closes: { kind: 'date' },
}
const scope: RuleScope = { typeOf: (path) => TYPES[path], paths: () => Object.keys(TYPES) }

type Item = Readonly<Record<string, RuleValue>>

const pick = <T>(items: readonly T[], index: number): T => items[index % items.length] as T

function record(index: number): Item {
  return {
    name: `Order ${index}`,
    kind: pick(['contract', 'order', 'offer'], index * 7),
    stage: pick(['new', 'open', 'offered', 'won', 'lost'], index * 3),
    country: pick(['DE', 'FR', 'US', 'AT', 'JP'], index * 11),
    contact: index % 4 === 0 ? null : `0190f000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    is_internal: index % 5 === 0,
    quantity: (index * 37) % 200,
    priority: index % 5,
    amount: (((index * 7_919) % 400_000) + 0.5).toFixed(2),
    price: (((index * 31) % 900) / 4).toFixed(2),
    closes: `2026-${String((index % 12) + 1).padStart(2, '0')}-15`,
  }
}

type Run = (record: Item) => unknown

function compiled(rule: unknown): Run {
  const checked = checkRule(rule, scope)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  return compileRule<Item>(checked.rule, (path) => (one) => one[path] ?? null)
}

/** Microseconds a call. */
function measure(run: Run, records: readonly Item[]): number {
  let seen = 0
  const startedMs = performance.now()
  for (let pass = 0; pass < PASSES; pass++) for (const one of records) if (run(one) !== undefined) seen++
  const tookMs = performance.now() - startedMs
  if (seen !== PASSES * records.length) throw new Error('a rule gave no answer')
  return (tookMs * 1000) / seen
}

const isSame = (ours: unknown, theirs: unknown): boolean =>
  typeof theirs === 'number' ? Math.abs(Number(ours) - theirs) < 1e-9 : ours === theirs

export const bench: Bench = async (say) => {
  const records = Array.from({ length: RECORDS }, (_, index) => record(index))
  const sides = Object.entries(RULES).map(([name, rule]) => {
    const [ours, theirs]: [Run, Run] = [compiled(rule), (one) => jsonLogic.apply(rule, one)]
    for (const one of records)
      if (!isSame(ours(one), theirs(one))) throw new Error(`${name}: ${ours(one)} is not ${theirs(one)}`)
    return { name, ours, theirs, found: { ours: [] as number[], theirs: [] as number[] } }
  })
  // The first rounds warm up.
  for (let round = -3; round < ROUNDS; round++)
    for (const { ours, theirs, found } of sides) {
      const [a, b] = [measure(ours, records), measure(theirs, records)]
      if (round < 0) continue
      found.ours.push(a)
      found.theirs.push(b)
    }
  const rows: Row[] = sides.flatMap(({ name, found }) => {
    const [a, b] = [median(found.ours), median(found.theirs)]
    say(`${name}: ${a.toFixed(3)} µs, json-logic-js ${b.toFixed(3)} µs`)
    return [
      { what: `${name}: json-logic-js / compiled`, value: rounded(b / a, 1), unit: 'ratio', goal: null },
      { what: `${name}: compiled`, value: rounded(a, 3), unit: 'µs', goal: null },
    ]
  })
  const total = (side: 'ours' | 'theirs') => sides.reduce((sum, { found }) => sum + median(found[side]), 0)
  const ratio = rounded(total('theirs') / total('ours'), 1)
  return [{ what: 'compiled against json-logic-js', value: ratio, unit: 'ratio', goal: '>= 10' }, ...rows]
}
