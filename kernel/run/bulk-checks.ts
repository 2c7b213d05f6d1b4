// What the database has to be asked before a staged chunk may become records: are keys free, do references lead to
// live records, does no tree bite its tail.
import type { Text } from '../../sdk/metadata/source.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { referenceTarget } from '../plan/paths.ts'
import type { Rights } from '../plan/rights.ts'
import { type RowPlan, stagedFields } from '../plan/row-plan.ts'
import {
  isOfEntity,
  takeOutAlike,
  takeOutCircles,
  takeOutDangling,
  takeOutDuplicates,
  takeOutRefused,
} from '../sql/bulk-sql.ts'
import { messageOf, rulesFor } from '../sql/duplicates-sql.ts'
import { entityChecks } from '../sql/entity-checks.ts'
import { ownerColumns } from '../sql/row-values.ts'
import type { Sql } from '../sql/sql.ts'
import { accessChecks } from './access.ts'
import type { Context } from './context.ts'

/** Why a line is refused. */
export interface Reason {
  field: string
  message: string
  text?: Text
}

/** A statement that takes rows out of the stage and answers their lines; where several reasons are possible, also which. */
export interface Check {
  statement: Sql
  reasons: readonly [Reason, ...Reason[]]
  /** Asks about other rows of the stage, so that it must be asked again when rows have gone. */
  isWithinStage: boolean
}

const DANGLING = 'points to a record that does not exist or is in the trash'

export function checksOf({ model, rights, acceptsDuplicates }: Context, entity: EntityModel, plan: RowPlan): Check[] {
  return [
    ...(plan.bringsIds ? [idCheck(model, entity)] : []),
    ...uniqueChecks(model, entity),
    ...referenceChecks(model, rights, entity),
    ...anyReferenceChecks(model, rights, entity, plan.anyTargets),
    ...circleChecks(entity),
    ...rightChecks(model, rights, entity),
    ...ruleChecks(model, entity),
    ...alikeChecks(model, entity, acceptsDuplicates),
  ]
}

const idCheck = (model: Model, entity: EntityModel): Check => ({
  statement: takeOutDuplicates(model, entity, ['id'], false),
  reasons: [{ field: 'id', message: 'is the id of another record' }],
  isWithinStage: false,
})

function uniqueChecks(model: Model, entity: EntityModel): Check[] {
  return entity.entity.uniques.flatMap((unique): Check[] => {
    const fields = unique.fields.map((name) => entity.field(name))
    // Numbers are drawn from a sequence and meet nobody.
    if (fields.some((field) => !field || field.type === 'auto_number')) return []
    const columns = fields.flatMap((field) => field?.columns.map(({ column }) => column) ?? [])
    const message =
      unique.fields.length === 1
        ? 'is used by another record'
        : `another record has the same ${unique.fields.join(' and ')}`
    return [
      {
        statement: takeOutDuplicates(model, entity, columns, true),
        reasons: [{ field: unique.fields[0] ?? '', message }],
        isWithinStage: false,
      },
    ]
  })
}

/** Last: what a right asks may lead over references, which are known to be good by now. */
function rightChecks(model: Model, rights: Rights, entity: EntityModel): Check[] {
  const checks = [...accessChecks(rights, entity, 'create'), ...accessChecks(rights, entity, 'import')]
  if (checks.length === 0) return []
  const reason = { field: '', message: 'your role does not allow such a record' }
  const reasons = [reason, ...checks.slice(1).map(() => reason)] as const
  return [{ statement: takeOutRefused(model, entity, checks), reasons, isWithinStage: true }]
}

/** After the rights: of what a writer may not see, no rule tells. */
function ruleChecks(model: Model, entity: EntityModel): Check[] {
  const checks = entityChecks(model, entity, 'new')
  const [first, ...others] = checks.map(
    ({ problem: { path, message, text } }): Reason => ({
      field: path.slice(1),
      message,
      ...(text === undefined ? {} : { text }),
    }),
  )
  if (!first) return []
  return [{ statement: takeOutRefused(model, entity, checks), reasons: [first, ...others], isWithinStage: false }]
}

/** After everything else: a line that is refused is nobody's double. */
function alikeChecks(model: Model, entity: EntityModel, isAllowed: boolean): Check[] {
  return rulesFor(entity, 'new', isAllowed).map((rule) => ({
    statement: takeOutAlike(model, entity, rule),
    reasons: [{ field: rule.match[0]?.field ?? '', ...messageOf(rule) }],
    isWithinStage: false,
  }))
}

function referenceChecks(model: Model, rights: Rights, entity: EntityModel): Check[] {
  const fields = stagedFields(entity).flatMap((field) => {
    const target = referenceTarget(model, field)
    const column = field.columns[0]
    return target && column ? [{ name: field.name, column: column.column, target }] : []
  })
  const owners = ownerColumns(entity).flatMap((name) => {
    const target = model.find(name === 'owner' ? 'system.user' : 'system.team')
    return target ? [{ name, column: name, target }] : []
  })
  return [...fields, ...owners].map(({ name, column, target }) => ({
    statement: takeOutDangling(model, entity, target, column, rights),
    reasons: [{ field: name, message: DANGLING }],
    isWithinStage: target === entity,
  }))
}

function anyReferenceChecks(
  model: Model,
  rights: Rights,
  entity: EntityModel,
  anyTargets: ReadonlyMap<string, ReadonlySet<EntityModel>>,
): Check[] {
  return [...anyTargets].flatMap(([name, targets]) => {
    const [kind, id] = entity.field(name)?.columns ?? []
    if (!kind || !id) return []
    return [...targets].map((target) => ({
      statement: takeOutDangling(model, entity, target, id.column, rights, isOfEntity(kind.column, target)),
      reasons: [{ field: name, message: DANGLING }],
      isWithinStage: target === entity,
    }))
  })
}

function circleChecks(entity: EntityModel): Check[] {
  return stagedFields(entity).flatMap((field) => {
    const column = field.type === 'parent' ? field.columns[0] : undefined
    return column
      ? [
          {
            statement: takeOutCircles(column.column),
            reasons: [{ field: field.name, message: 'would put the record below itself' }],
            isWithinStage: false,
          },
        ]
      : []
  })
}
