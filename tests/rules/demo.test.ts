// Rules D1–D6 of demo.md, over the whole demo of this repository.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Model } from '../../kernel/catalog/model.ts'
import { type DemoBatch, demoRecords, readDemo } from '../../kernel/demo/index.ts'
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import type { Entity, Field } from '../../sdk/metadata/snapshot.ts'
import { METADATA_FOLDER, readSources, resolveSources } from '../support/metadata-sources.ts'

const demo = readDemo(path.join(METADATA_FOLDER, 'demo'))
const nowMs = Date.parse('2026-11-23T00:00:00Z')
const batches = [...demoRecords(demo, { seed: 1, nowMs })]
const STANDARD = ['id', 'owner', 'owner_team']
let model: Model

beforeAll(async () => {
  const result = resolveSources(await readSources(demo.packages))
  if (!result.ok) throw new Error(JSON.stringify(result.problems.slice(0, 5)))
  model = new Model(result.snapshot)
})

describe('demo records', () => {
  test('[D1] the same seed gives the same rows', () => {
    const again = [...demoRecords(demo, { seed: 1, nowMs })]
    expect(again.length).toBe(batches.length)
    expect(JSON.stringify(again) === JSON.stringify(batches)).toBe(true)
    const other = demoRecords(demo, { seed: 2, nowMs }).next().value
    expect(other).not.toEqual(batches[0])
  })

  test('[D2] every row fits its entity', () => {
    const faults = new Map<string, string>()
    for (const batch of batches) {
      const { entity: name, op } = batch
      const { entity } = model.entity(name)
      for (const row of rowsOf(batch))
        for (const fault of faultsOf(entity, row, op)) faults.set(`${name} ${fault.field}`, fault.message)
    }
    expect(Object.fromEntries(faults)).toEqual({})
  })

  test('[D3] references lead back', () => {
    const entityOf = new Map<unknown, string>()
    const astray = new Set<string>()
    for (const batch of batches) {
      const { entity: name, op } = batch
      const { entity } = model.entity(name)
      for (const row of rowsOf(batch)) {
        for (const [field, value] of Object.entries(row)) {
          const target = targetOf(entity, field, value)
          if (target && !leadsTo(target, entityOf)) astray.add(`${name}.${field}`)
        }
        if (op === 'create') entityOf.set(row['id'], name)
      }
    }
    expect([...astray]).toEqual([])
  })

  test('[D4] nothing repeats that must not', () => {
    const seen = new Set<string>()
    const repeated = new Set<string>()
    const note = (key: string, text: string) => (seen.has(text) ? repeated.add(key) : seen.add(text))
    for (const { entity: name, op, rows } of batches) {
      if (op !== 'create') continue
      const { entity } = model.entity(name)
      const sets = entity.uniques.map((one) => one.fields)
      for (const row of rows) {
        note('id', `id ${String(row['id'])}`)
        for (const fields of sets) {
          const values = fields.map((field) => row[field])
          if (values.every((value) => value !== undefined))
            note(`${name} ${fields.join()}`, `${name} ${JSON.stringify(values)}`)
        }
      }
    }
    expect([...repeated]).toEqual([])
  })

  test('[D5] there is plenty, of many kinds', () => {
    const count = (op: DemoBatch['op']) =>
      batches.filter((one) => one.op === op).reduce((sum, one) => sum + one.rows.length, 0)
    expect(count('create')).toBeGreaterThan(50_000)
    expect(count('update')).toBeGreaterThan(2_000)
    const text = JSON.stringify(batches)
    for (const script of ['Cyrl', 'Grek', 'Arab', 'Hani', 'Hira'])
      expect(new RegExp(`\\p{Script=${script}}`, 'u').test(text), script).toBe(true)
    for (const letter of ['ł', 'ř', 'ö', 'é', 'ã', 'ş', 'å']) expect(text.includes(letter), letter).toBe(true)
    for (const year of [2021, 2022, 2023, 2024, 2025, 2026]) expect(text.includes(`"${year}-`), String(year)).toBe(true)
  })

  test('[D5] changes lie between the making of their row and now, in order', () => {
    const last = new Map<string, number>()
    const astray: unknown[] = []
    for (const batch of batches) {
      if (batch.op === 'create') {
        for (const { id } of batch.rows) last.set(String(id), madeAtMs(String(id)))
        continue
      }
      for (const { id, at } of batch.rows) {
        const atMs = Date.parse(at)
        // Instants are written in whole seconds.
        if (atMs + 1000 < (last.get(id) ?? Infinity) || atMs > nowMs) astray.push({ entity: batch.entity, id, at })
        last.set(id, atMs)
      }
    }
    expect(astray.slice(0, 5)).toEqual([])
    expect([...last.values()].filter((at) => at > nowMs)).toEqual([])
  })

  test('[D6] the interpreter names no entity', () => {
    const folder = path.join(import.meta.dirname, '../../kernel/demo')
    const code = readdirSync(folder)
      .map((file) => readFileSync(path.join(folder, file), 'utf8'))
      .join('\n')
    const names = model.snapshot.entities.filter((entity) => entity.package !== 'system').map((entity) => entity.name)
    expect(names.filter((name) => code.includes(name))).toEqual([])
  })
})

/** Rows as they are written; of changes what changes. */
function rowsOf(batch: DemoBatch): readonly Record<string, unknown>[] {
  return batch.op === 'create' ? batch.rows : batch.rows.map(({ id, values }) => ({ id, ...values }))
}

/** The time in a UUID of version 7. */
const madeAtMs = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

function faultsOf(
  entity: Entity,
  row: Record<string, unknown>,
  op: DemoBatch['op'],
): { field: string; message: string }[] {
  const given = Object.entries(row).flatMap(([name, value]) => {
    if (STANDARD.includes(name)) return []
    const field = entity.fields.find((one) => one.name === name)
    const message = field ? faultOf(field, value) : 'there is no such field'
    return message === undefined ? [] : [{ field: name, message }]
  })
  const missing =
    op === 'update'
      ? []
      : entity.fields.filter((one) => one.required && one.default === undefined && row[one.name] === undefined)
  return [...given, ...missing.map((one) => ({ field: one.name, message: 'is required' }))]
}

function faultOf(field: Field, value: unknown): string | undefined {
  const type = FIELD_TYPES[field.type]
  if (!type?.isWritable) return `a ${field.type} is not written`
  const parsed = type.parse(value, field)
  return parsed.ok ? undefined : `${parsed.message}: ${JSON.stringify(value)}`
}

interface Target {
  id: unknown
  /** What a polymorphic value says it is. */
  entity?: string
  allowed: (entity: string) => boolean
}

function targetOf(entity: Entity, name: string, value: unknown): Target | undefined {
  if (name === 'owner') return { id: value, allowed: (one) => one === 'system.user' }
  const field = entity.fields.find((one) => one.name === name)
  if (!field) return undefined
  const { to = [], traits = [] } = field.options
  if (
    field.type === 'any_reference' &&
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'entity' in value
  ) {
    const isFree = to.length === 0 && traits.length === 0
    const allowed = (one: string) =>
      isFree || to.includes(one) || traits.some((trait) => model.entity(one).hasTrait(trait))
    return { id: value.id, entity: String(value.entity), allowed }
  }
  if (['reference', 'parent', 'user'].includes(field.type)) return { id: value, allowed: (one) => to.includes(one) }
  return undefined
}

function leadsTo({ id, entity, allowed }: Target, entityOf: ReadonlyMap<unknown, string>): boolean {
  const found = entityOf.get(id)
  return found !== undefined && (entity === undefined || entity === found) && allowed(found)
}
