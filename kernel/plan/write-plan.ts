// A body checked against the entity: every value parsed to its stored form, every problem found at once. Pure.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import type { Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import type { RuleEnvironment } from '../../sdk/rules/index.ts'
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { SetReference } from '../sql/references-sql.ts'
import type { HalfPeriod } from '../sql/half-period.ts'
import type { KeptColumn } from '../sql/kept-options.ts'
import { defaultInput, valueInput } from '../sql/row-values.ts'
import { defaultRule } from './default-rule.ts'
import { referenceTarget } from './paths.ts'
import { halfPeriod, relationshipProblems } from './relationship.ts'
import {
  type Destination,
  isRuleDefault,
  type SealField,
  storeValue,
  type ValueProblem,
  writtenColumns,
} from './field-value.ts'

export interface WritePlan {
  provided: ReadonlySet<string>
  /** `owner` and `owner_team`, those that the body sets. */
  owners: readonly string[]
  references: readonly SetReference[]
  parents: readonly Field[]
  /** Set to options that are no longer offered: refused unless the record has them already. */
  kept: readonly (KeptColumn & { problem: ValueProblem })[]
  /** Of a change that sets one day of a period; follows from what is provided. */
  period: HalfPeriod | undefined
  /** Set by a plugin whose own fields they are, though people may not. */
  free: ReadonlySet<string>
  /** Values of the statement's inputs. */
  inputs: Record<string, string | null>
  /** Equal shapes share a statement. */
  shape: string
}

export interface WriteOptions {
  /** Fields that may be set though they are read-only: a plugin's own. */
  free?: ReadonlySet<string> | undefined
  /** Somebody may still fill in what is required. */
  isUnfinished?: boolean
}

const NONE: ReadonlySet<string> = new Set()
const EMPTY = { ok: true, texts: [], isEmpty: true, target: undefined, kept: undefined } as const
const SYSTEM_MEMBERS = new Set([
  'id',
  'version',
  'display_name',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'deleted_at',
])
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** @throws RL100 not an object · RL206 with a problem for every value that is not valid */
export function planWrite(
  { model, environment, actor }: { model: Model; environment: RuleEnvironment; actor?: Pick<Actor, 'plugin'> },
  entity: EntityModel,
  body: unknown,
  kind: 'create' | 'update',
  seal: SealField,
  { free = NONE, isUnfinished = false }: WriteOptions = {},
): WritePlan {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RelataError('RL100', 'The body must be a JSON object with the fields of the record.')
  }
  const open = actor?.plugin ? free.union(ownFields(entity, Object.keys(body), actor.plugin.name)) : free
  const builder = new WriteBuilder(entity, environment, { model, isNew: kind === 'create', seal }, open)
  for (const [name, value] of Object.entries(body)) builder.member(name, value)
  if (kind === 'create') builder.addDefaults()
  return builder.finish(kind, isUnfinished)
}

/** What is read only to everybody else is written by the plugin that brought it; computed values are the server's. */
function ownFields(entity: EntityModel, names: readonly string[], plugin: string): ReadonlySet<string> {
  const fields = names.flatMap((name) => entity.field(name) ?? [])
  return new Set(fields.filter((field) => field.package === plugin && !field.computed).map(({ name }) => name))
}

class WriteBuilder {
  private readonly model: Model
  private readonly entity: EntityModel
  private readonly environment: RuleEnvironment
  private readonly into: Destination
  private readonly free: ReadonlySet<string>
  private readonly problems: Problem[] = []
  private readonly provided = new Map<string, Field>()
  private readonly owners: string[] = []
  private readonly references: SetReference[] = []
  private readonly parents: Field[] = []
  private readonly kept: WritePlan['kept'][number][] = []
  private readonly inputs: Record<string, string | null> = {}

  constructor(entity: EntityModel, environment: RuleEnvironment, into: Destination, free: ReadonlySet<string>) {
    this.model = into.model
    this.entity = entity
    this.environment = environment
    this.into = into
    this.free = free
  }

  member(name: string, value: unknown): void {
    const field = this.entity.field(name)
    if (field) this.field(name, field, value, false)
    else if (name === 'owner' || name === 'owner_team') this.owner(name, value)
    else if (SYSTEM_MEMBERS.has(name)) this.problem(name, 'read_only', 'is set by the system')
    else this.unknown(name)
  }

  /** Values for fields that the body does not name. */
  addDefaults(): void {
    for (const field of this.entity.entity.fields) {
      if (field.default === undefined || field.columns.length === 0) continue
      const isGiven = this.provided.has(field.name)
      if (isGiven && field.readOnlyIf === undefined) continue
      const value = isRuleDefault(field.default) ? this.evaluate(field, field.default.rule) : field.default
      if (value === null) continue
      if (!isGiven) this.field(field.name, field, value, true)
      if (field.readOnlyIf !== undefined) this.rememberDefault(field, value)
    }
  }

  /** Where a field may not be set, its default may stand. */
  private rememberDefault(field: Field, value: unknown): void {
    const columns = writtenColumns(field)
    const stored = storeValue(this.into, field, columns, value)
    if (!stored.ok) return
    columns.forEach(({ column }, index) => {
      this.inputs[defaultInput(column)] = stored.texts[index] ?? null
    })
  }

  finish(kind: 'create' | 'update', isUnfinished: boolean): WritePlan {
    for (const field of this.entity.entity.fields) {
      const isMissing = kind === 'create' && !this.provided.has(field.name) && fieldType(field.type).isWritable
      if (
        isMissing &&
        field.required &&
        !isUnfinished &&
        !this.problems.some((problem) => problem.path === `/${field.name}`)
      )
        this.required(field.name)
    }
    this.problems.push(...this.betweenFields(kind))
    if (this.problems.length > 0)
      throw new RelataError('RL206', invalidMessage(this.problems.length), { problems: this.problems })
    const names = [...this.provided.keys()].sort()
    const targets = this.references.map(({ field, target }) => `${field}>${target.entity.name}`)
    return {
      provided: new Set(names),
      owners: this.owners,
      references: this.references,
      parents: this.parents,
      kept: this.kept,
      period: kind === 'update' ? halfPeriod(this.entity, (name) => this.provided.has(name)) : undefined,
      free: this.free,
      inputs: this.inputs,
      shape: [
        names.join(','),
        this.owners.join(','),
        targets.join(','),
        this.parents.map((field) => field.name).join(','),
        this.kept.map(({ field }) => field).join(','),
        [...this.free].sort().join(','),
      ].join('|'),
    }
  }

  /** What is wrong between values; a field with a problem of its own has said enough. */
  private betweenFields(kind: 'create' | 'update'): Problem[] {
    const told = new Set(this.problems.map(({ path }) => path))
    const found = relationshipProblems(this.model, this.entity, (name) => this.stored(name), kind === 'create')
    return found.filter(({ path }) => !told.has(path))
  }

  private stored(name: string): (string | null)[] | undefined {
    const field = this.provided.get(name)
    return field && writtenColumns(field).map((column) => this.inputs[valueInput(column)] ?? null)
  }

  private field(name: string, field: Field, value: unknown, isDefault: boolean): void {
    if (!fieldType(field.type).isWritable || (field.readOnly && !isDefault && !this.free.has(field.name)))
      return this.problem(name, 'read_only', 'cannot be set')
    if (this.provided.has(field.name)) return this.problem(name, 'twice', 'stands there twice, under two of its names')
    const columns = writtenColumns(field)
    const isNothing = value === null || value === undefined
    const stored = isNothing ? EMPTY : storeValue(this.into, field, columns, value)
    if (!stored.ok) return this.refused(name, field, stored.problem)
    if (stored.isEmpty && field.required) return this.required(name)
    this.provided.set(field.name, field)
    columns.forEach((column, index) => {
      this.inputs[valueInput(column)] = stored.texts[index] ?? null
    })
    const [column] = columns
    if (stored.kept && column) {
      const inputName = `kept:${column.column}`
      this.kept.push({ field: field.name, column, inputName, problem: stored.kept.problem })
      this.inputs[inputName] = stored.kept.text
    }
    if (!stored.isEmpty) this.reference(field, stored.target)
  }

  private refused(name: string, field: Field, { key, message, params }: ValueProblem): void {
    const options = key === 'not_an_option' ? (field.options.choices ?? []) : []
    const near = nearest(
      String(params?.['value'] ?? ''),
      options.map(({ value }) => value),
    )
    this.problem(name, key, message, params, near)
  }

  private reference(field: Field, anyTarget: EntityModel | undefined): void {
    const column = field.columns.at(-1)
    const target = anyTarget ?? referenceTarget(this.model, field)
    if (!target || !column) return
    this.references.push({ field: field.name, target, inputName: valueInput(column) })
    if (field.type === 'parent') this.parents.push(field)
  }

  private owner(name: 'owner' | 'owner_team', value: unknown): void {
    const { ownership } = this.entity.entity
    const target = this.model.find(name === 'owner' ? 'system.user' : 'system.team')
    if ((ownership !== 'user' && ownership !== 'team') || !target) return this.unknown(name)
    if (value !== null && !(typeof value === 'string' && UUID.test(value)))
      return this.problem(name, 'not_an_id', 'is not the id of a record')
    this.owners.push(name)
    this.inputs[name] = value === null ? null : value.toLowerCase()
    if (value !== null) this.references.push({ field: name, target, inputName: name })
  }

  private evaluate(field: Field, rule: unknown): unknown {
    const row = (column: FieldColumn): string | null => this.inputs[valueInput(column)] ?? null
    return defaultRule(this.model, this.entity, field, rule).value(row, this.environment)
  }

  private required(name: string): void {
    this.problem(name, 'required', 'is required')
  }

  private unknown(name: string): void {
    const near = nearest(
      name,
      this.entity.entity.fields.map((field) => field.name),
    )
    this.problem(name, 'unknown_field', `${this.entity.entity.name} has no field “${name}”`, undefined, near)
  }

  private problem(name: string, key: string, message: string, params?: ValueProblem['params'], near?: string): void {
    this.problems.push({
      path: `/${pointer(name)}`,
      key,
      message,
      ...(params ? { params } : {}),
      ...(near ? { hint: `Did you mean “${near}”?` } : {}),
    })
  }
}

/** RFC 6901. */
const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

export const invalidMessage = (count: number): string =>
  count === 1 ? 'One value is not valid.' : `${count} values are not valid.`
