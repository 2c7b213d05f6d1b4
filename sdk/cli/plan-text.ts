// A plan as text. Pure.
import type { WirePlan, WirePlanStep } from '../wire/metadata.ts'

const SIGNS: Readonly<Record<WirePlanStep['kind'], string>> = {
  add: '+',
  change: '~',
  rename: '>',
  retire: '-',
  drop: '!',
}

export interface TextOptions {
  withSql?: boolean
  /** Names of what is agreed to be dropped. */
  agreed?: readonly string[]
}

export function planText(plan: WirePlan, options: TextOptions = {}): string {
  const { fromVersion, steps, needsConfirmation } = plan
  const title = `Version ${fromVersion} → ${fromVersion + 1}`
  const kept = keptText(plan, options)
  if (steps.length === 0)
    return [`${title}: no table changes; entities, forms and views are replaced as written.`, ...kept].join('\n')
  const [now, later] = ['now', 'later'].map((phase) => steps.filter((step) => step.phase === phase))
  const lines = [`${title}:`, ...stepsText(now ?? [], options)]
  if (later && later.length > 0) lines.push('', 'In the background after that:', ...stepsText(later, options))
  return [...lines, ...kept, '', summary(steps, needsConfirmation.length)].join('\n')
}

/** What is no longer described: nothing is lost unless it is asked for by name. */
function keptText({ droppable }: WirePlan, { agreed = [] }: TextOptions): string[] {
  const kept = droppable.filter((name) => !agreed.includes(name))
  if (kept.length === 0) return []
  return ['', 'No longer described, and kept. To drop for good, add:', ...kept.map((name) => `  --confirm ${name}`)]
}

export function stepsText(steps: readonly WirePlanStep[], { withSql = false }: TextOptions = {}): string[] {
  return steps.flatMap(({ text, kind, sql }) => [
    `  ${SIGNS[kind] ?? '·'} ${text}`,
    ...(withSql ? sql.flatMap((statement) => statement.split('\n').map((line) => `      ${line}`)) : []),
  ])
}

function summary(steps: readonly WirePlanStep[], losses: number): string {
  const kinds = [...new Set(steps.map(({ kind }) => kind))]
  const counts = kinds.map((kind) => `${steps.filter((step) => step.kind === kind).length} to ${kind}`)
  const lost = losses > 0 ? `; ${losses} would lose data and must be agreed to by name` : ''
  return `${counts.join(', ')}${lost}`
}
