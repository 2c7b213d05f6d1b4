// Rows of a bulk load, checked like the body of a create but planned once for the whole load: which members there are,
// where each goes, and what stands where a row is silent.
import type { Problem } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import type { Field, FieldColumn, SqlType } from '../../sdk/metadata/snapshot.ts'
import type { RuleEnvironment } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { defaultInput, ownerColumns } from '../sql/row-values.ts'
import {
  type Destination,
  isRuleDefault,
  type Seal,
  sealInto,
  storeValue,
  type StoredValue,
  writtenColumns,
} from './field-value.ts'
import { type DefaultRule, defaultRule } from './default-rule.ts'
import { fieldNames } from './paths.ts'
import type { Rights } from './rights.ts'
import { relationshipProblems } from './relationship.ts'

export interface StageColumn {
  name: string
  sqlType: SqlType
}

/** `cells` of a row with problems: as far as it could be planned. */
export type PlannedRow = { cells: (string | null)[] } & ({ ok: true } | { ok: false; problems: Problem[] })

interface Slot {
  field: Field
  columns: readonly FieldColumn[]
  /** Place of the first column among the cells. */
  start: number
  isSettable: boolean
  /** By the roles of who loads. */
  isAllowed: boolean
  /** Default as a wire value; null: none, or one that each row makes by `rule`. */
  otherwise: unknown
  rule: DefaultRule | undefined
  /** The same as every row stores it; undefined for a secret, which each record has in a form of its own. */
  stored: StoredValue | undefined
}

export interface RowPlanOptions {
  /** Who owns a row that names no owner. */
  owner: string
  seal: Seal
  rights: Rights
  environment: RuleEnvironment
}

const NONE: ReadonlySet<string> = new Set()
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const isId = (value: unknown): value is string => typeof value === 'string' && UUID.test(value)

export class RowPlan {
  /** Columns of the stage after `line`: id, owners, then the fields. */
  readonly columns: readonly StageColumn[]
  /** Entities that polymorphic references of planned rows lead to, by field name. */
  readonly anyTargets = new Map<string, Set<EntityModel>>()
  /** Some row came with an id of its own, which somebody may have already. */
  bringsIds = false
  /** Defaults of fields that somebody may not set, as inputs of the statement that asks. */
  readonly defaults: Readonly<Record<string, string | null>>
  private readonly model: Model
  private readonly entity: EntityModel
  private readonly options: RowPlanOptions
  private readonly places: ReadonlyMap<string, number>
  private readonly slots = new Map<string, Slot>()
  private readonly list: readonly Slot[]
  private readonly owners: readonly string[]

  constructor(model: Model, entity: EntityModel, options: RowPlanOptions) {
    this.model = model
    this.entity = entity
    this.options = options
    this.owners = ownerColumns(entity)
    const columns: StageColumn[] = [
      { name: 'id', sqlType: 'uuid' },
      ...this.owners.map((name) => ({ name, sqlType: 'uuid' as const })),
    ]
    const list: Slot[] = []
    for (const field of stagedFields(entity)) {
      const own = writtenColumns(field)
      const isSettable = fieldType(field.type).isWritable && !field.readOnly
      const isAllowed = options.rights.field(entity, field, 'create') === 'edit'
      list.push({ field, columns: own, start: columns.length, isSettable, isAllowed, ...this.defaultOf(field, own) })
      columns.push(...own.map(({ column, sqlType }) => ({ name: column, sqlType })))
    }
    this.columns = columns
    this.places = new Map(columns.map(({ name }, index) => [name, index]))
    this.list = list
    this.defaults = Object.fromEntries(list.flatMap(defaultsOf))
    for (const slot of list) for (const alias of slot.field.aliases) this.slots.set(alias, slot)
    for (const slot of list) this.slots.set(slot.field.name, slot)
  }

  /** The field that a column of a file fills; `id`, `owner` and `owner_team` have none. */
  field(name: string): Field | undefined {
    return this.slots.get(name)?.field
  }

  /** Why no value may stand under this name; undefined when one may. */
  whyNot(name: string): Problem | undefined {
    const slot = this.slots.get(name)
    const path = `/${name}`
    if (slot?.isSettable && !slot.isAllowed) return { path, key: 'not_allowed', message: 'may not be set by your role' }
    if (name === 'id' || this.owners.includes(name) || slot?.isSettable) return undefined
    const isKnown = this.entity.field(name) !== undefined || fieldNames(this.entity).includes(name)
    if (isKnown) return { path, key: 'read_only', message: `“${name}” cannot be set` }
    const near = nearest(name, [...this.slots.keys()])
    const message = `${this.entity.entity.name} has no field “${name}”`
    return { path, key: 'unknown_field', message, ...(near ? { hint: `Did you mean “${near}”?` } : {}) }
  }

  /** @param freshId for a row that brings none @param free fields that may be set whatever their entity or a role says */
  plan(values: Readonly<Record<string, unknown>>, freshId: () => string, free: ReadonlySet<string> = NONE): PlannedRow {
    const cells = new Array<string | null>(this.columns.length).fill(null)
    const problems: Problem[] = []
    const given = new Set<Slot>()
    const ownId = values['id']
    const id = isId(ownId) ? ownId.toLowerCase() : freshId()
    const into = this.into(id)
    this.owners.forEach((name, index) => {
      cells[1 + index] = name === 'owner' && this.entity.entity.ownership === 'user' ? this.options.owner : null
    })
    for (const name in values) {
      const value = values[name]
      const slot = this.slots.get(name)
      if (slot && ((slot.isSettable && slot.isAllowed) || free.has(slot.field.name))) {
        if (given.has(slot))
          problems.push({ path: `/${name}`, key: 'twice', message: 'stands there twice, under two of its names' })
        given.add(slot)
        this.fill(slot, name, value, into, cells, problems)
      } else this.standard(name, value, cells, problems)
    }
    for (const slot of this.list) {
      if (given.has(slot)) continue
      const otherwise = slot.rule ? this.ruled(slot.rule, cells) : slot.otherwise
      if (otherwise !== null) this.fillDefault(slot, otherwise, into, cells, problems)
      else if (slot.field.required && slot.isSettable) problems.push(required(slot.field.name))
    }
    problems.push(...relationshipProblems(this.model, this.entity, (name) => this.stored(name, cells), true))
    const isOwn = cells[0] !== null
    cells[0] ??= id
    if (problems.length > 0) return { ok: false, problems, cells }
    if (isOwn) this.bringsIds = true
    return { ok: true, cells }
  }

  private stored(name: string, cells: readonly (string | null)[]): (string | null)[] | undefined {
    const slot = this.slots.get(name)
    return slot?.columns.map((_, index) => cells[slot.start + index] ?? null)
  }

  private into(record: string): Destination {
    return { model: this.model, isNew: true, seal: sealInto(this.options.seal, this.model, this.entity, record) }
  }

  private fill(
    slot: Slot,
    name: string,
    value: unknown,
    into: Destination,
    cells: (string | null)[],
    problems: Problem[],
  ): void {
    const { field } = slot
    if (value === null || value === undefined) {
      if (field.required) problems.push(required(name))
      return
    }
    this.put(slot, name, storeValue(into, field, slot.columns, value), cells, problems)
  }

  private ruled(rule: DefaultRule, cells: readonly (string | null)[]): unknown {
    return rule.value(({ column }) => cells[this.places.get(column) ?? -1] ?? null, this.options.environment)
  }

  private fillDefault(
    slot: Slot,
    otherwise: unknown,
    into: Destination,
    cells: (string | null)[],
    problems: Problem[],
  ): void {
    const stored = slot.stored ?? storeValue(into, slot.field, slot.columns, otherwise)
    this.put(slot, slot.field.name, stored, cells, problems)
  }

  private put(slot: Slot, name: string, stored: StoredValue, cells: (string | null)[], problems: Problem[]): void {
    const { field } = slot
    if (!stored.ok) {
      const { key, message, params } = stored.problem
      problems.push({ path: `/${name}`, key, message, ...(params ? { params } : {}) })
      return
    }
    if (stored.isEmpty && field.required) problems.push(required(name))
    for (let index = 0; index < stored.texts.length; index++) cells[slot.start + index] = stored.texts[index] ?? null
    if (stored.target) this.remember(field.name, stored.target)
  }

  private standard(name: string, value: unknown, cells: (string | null)[], problems: Problem[]): void {
    const problem = this.whyNot(name)
    if (problem) problems.push(problem)
    else if (value !== null && value !== undefined && !isId(value)) {
      problems.push({ path: `/${name}`, key: 'not_an_id', message: 'is not the id of a record' })
    } else
      cells[name === 'id' ? 0 : 1 + this.owners.indexOf(name)] = typeof value === 'string' ? value.toLowerCase() : null
  }

  private remember(field: string, target: EntityModel): void {
    const known = this.anyTargets.get(field) ?? new Set()
    this.anyTargets.set(field, known.add(target))
  }

  private defaultOf(field: Field, columns: readonly FieldColumn[]): Pick<Slot, 'otherwise' | 'rule' | 'stored'> {
    const rule = isRuleDefault(field.default)
      ? defaultRule(this.model, this.entity, field, field.default.rule)
      : undefined
    if (rule && !rule.isShared) return { otherwise: null, rule, stored: undefined }
    const value = rule ? rule.value(() => null, this.options.environment) : (field.default ?? null)
    const isShared = value !== null && fieldType(field.type).isReadable
    const stored = isShared ? storeValue(this.into(''), field, columns, value) : undefined
    return { otherwise: value, rule: undefined, stored }
  }
}

function defaultsOf({ field, columns, stored }: Slot): [string, string | null][] {
  if (field.readOnlyIf === undefined || !stored?.ok) return []
  return columns.map(({ column }, index) => [defaultInput(column), stored.texts[index] ?? null])
}

/** Fields whose values a row brings; numbers are drawn by the statement, and computed values are its business, too. */
export const stagedFields = (entity: EntityModel): Field[] =>
  entity.entity.fields.filter(
    (field) => field.columns.length > 0 && field.type !== 'auto_number' && field.computed === undefined,
  )

const required = (name: string): Problem => ({ path: `/${name}`, key: 'required', message: 'is required' })
