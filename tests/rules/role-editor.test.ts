// Rules RE1–RE5 of role-editor.md.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Model } from '../../kernel/catalog/model.ts'
import { roleLayers, roleMatrix } from '../../kernel/catalog/role-matrix.ts'
import { FIELD_RIGHTS, OPERATIONS, type Operation, SCOPES, type Scope } from '../../sdk/metadata/rights.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import * as role from '../../studio/access/role-draft.ts'
import { freeRoleName, withoutRole, withRole } from '../../studio/access/role-file.ts'
import { pack } from '../support/packages.ts'
import { resolveSources } from '../support/metadata-sources.ts'

const text = { type: 'text' }
const base: PackageSource[] = [
  pack('system', {
    'entities/user.json': { name: 'user', fields: [{ name: 'name', ...text }] },
    'entities/role.json': {
      name: 'role',
      traits: ['published'],
      fields: [{ name: 'title', ...text, read_only: true }],
    },
    'entities/note.json': { name: 'note', fields: [{ name: 'body', ...text }] },
  }),
  pack(
    'shop',
    {
      'entities/thing.json': { name: 'thing', fields: ['name', 'price', 'cost'].map((name) => ({ name, ...text })) },
      'entities/part.json': { name: 'part', fields: [{ name: 'name', ...text }] },
      'entities/bill.json': { name: 'bill', fields: [{ name: 'name', ...text }] },
    },
    { requires: { system: '*' } },
  ),
]
const ENTITIES = ['shop.thing', 'shop.part', 'shop.bill', 'system.user', 'system.role', 'system.note']
const FIELDS = ['name', 'price', 'cost']
const RULE = { rule: { '==': [{ var: 'display_name' }, 'x'] } }

function published(sources: readonly PackageSource[], name: string) {
  const result = resolveSources(sources)
  expect(result.ok ? [] : result.problems).toEqual([])
  if (!result.ok) throw new Error('the packages do not resolve')
  const model = new Model(result.snapshot)
  const found = model.role(name)
  if (!found) throw new Error(`no role ${name}`)
  return { layers: roleLayers(model, found, sources), matrix: roleMatrix(model, found), role: found }
}

const anyScope = fc.constantFrom<Scope>(...SCOPES, RULE)
const anyOperation = fc.constantFrom<Operation>(...OPERATIONS)
const anyLine = fc.dictionary(anyOperation, fc.constantFrom(...SCOPES), { noNullPrototype: true })
const anyRole = fc.record({
  administer: fc.boolean(),
  secondFactor: fc.boolean(),
  others: fc.option(anyLine, { nil: undefined }),
  lines: fc.dictionary(fc.constantFrom('thing', 'part', 'system.note', 'system.user'), anyLine, {
    noNullPrototype: true,
  }),
  fields: fc.dictionary(fc.constantFrom(...FIELDS), fc.constantFrom(...FIELD_RIGHTS), { noNullPrototype: true }),
})

type Edit = (
  draft: role.RoleDraft,
  targets: readonly role.Target[],
  packaged: role.RoleDraft | undefined,
) => role.RoleDraft
const anyTarget = fc.constantFrom(role.OTHERS, ...ENTITIES)
const find = (targets: readonly role.Target[], name: string) =>
  targets.find(({ entity }) => entity === name) ?? role.OTHERS_TARGET
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(anyTarget, anyOperation, anyScope).map(
    ([name, operation, scope]): Edit =>
      (draft, targets) =>
        role.withGrant(draft, find(targets, name), operation, scope),
  ),
  fc.tuple(anyTarget, fc.constantFrom(...SCOPES)).map(
    ([name, scope]): Edit =>
      (draft, targets) =>
        role.withRow(draft, find(targets, name), scope),
  ),
  fc.tuple(anyOperation, fc.constantFrom(...SCOPES)).map(
    ([operation, scope]): Edit =>
      (draft, targets) =>
        role.withColumn(draft, [role.OTHERS_TARGET, ...targets], operation, scope),
  ),
  fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...FIELD_RIGHTS)).map(
    ([field, right]): Edit =>
      (draft, targets) =>
        role.withField(draft, find(targets, 'shop.thing'), field, right),
  ),
  fc.boolean().map(
    (administer): Edit =>
      (draft) => ({ ...draft, administer }),
  ),
  fc.boolean().map(
    (secondFactor): Edit =>
      (draft) => ({ ...draft, secondFactor }),
  ),
  anyTarget.map(
    (name): Edit =>
      (draft, targets, packaged) =>
        packaged ? role.withRowOf(draft, packaged, find(targets, name)) : draft,
  ),
)

/** The role as a package brings it, or as the organisation made it. */
function roleFiles({
  administer,
  secondFactor,
  others,
  lines,
  fields,
}: {
  administer: boolean
  secondFactor: boolean
  others: object | undefined
  lines: Record<string, object>
  fields: object
}) {
  const entities = {
    ...(others ? { '*': others } : {}),
    ...lines,
    ...(lines['thing'] ? { thing: { ...lines['thing'], fields } } : {}),
  }
  return { name: 'clerk', label: 'Clerk', administer, second_factor: secondFactor, entities }
}

describe('[RE1] [RE5]', () => {
  test('[RE1] the page and the catalog agree, whatever was changed in a role of a package', () => {
    fc.assert(
      fc.property(anyRole, fc.array(anyEdit, { maxLength: 6 }), (written, edits) => {
        const sources = base.map((one) =>
          one.name === 'shop' ? { ...one, files: { ...one.files, 'roles/clerk.json': roleFiles(written) } } : one,
        )
        const before = published(sources, 'shop.clerk')
        const packaged = role.merged(before.layers)
        const targets = before.matrix
        const draft = edits.reduce((made, edit) => edit(made, targets, packaged), packaged)
        const files = withRole({}, { role: 'shop.clerk', draft, base: packaged })
        const after = published(
          Object.keys(files).length > 0 ? [...sources, { name: 'custom', files }] : sources,
          'shop.clerk',
        )
        expectSame(draft, after.matrix)
        expect(after.role.administer).toBe(draft.administer)
        expect(after.role.secondFactor).toBe(draft.secondFactor)
        // And once more from what was published.
        expectSame(role.merged(after.layers), after.matrix)
      }),
    )
  })

  test('[RE1] [RE5] and in one of the organisation itself', () => {
    fc.assert(
      fc.property(fc.array(anyEdit, { maxLength: 6 }), (edits) => {
        const targets = published(
          [...base, pack('x', { 'roles/r.json': { name: 'r', label: 'R' } }, { requires: { shop: '*' } })],
          'x.r',
        ).matrix
        const empty: role.RoleDraft = { ...role.EMPTY, label: { en: 'Own' } }
        const draft = edits.reduce((made, edit) => edit(made, targets, undefined), empty)
        const files = withRole({}, { role: 'custom.own', draft, base: undefined })
        const after = published([...base, { name: 'custom', files }], 'custom.own')
        expectSame(draft, after.matrix)
        expect(after.role.label).toEqual({ en: 'Own' })
      }),
    )
  })
})

function expectSame(draft: role.RoleDraft, matrix: ReturnType<typeof roleMatrix>): void {
  for (const target of matrix) {
    const shown = Object.fromEntries(OPERATIONS.map((one) => [one, role.grantOf(draft, target, one)]))
    expect({ entity: target.entity, grants: shown }).toEqual({ entity: target.entity, grants: target.grants })
    for (const field of target.entity === 'shop.thing' ? FIELDS : [])
      expect([field, role.fieldRightOf(draft, target.entity, field)]).toEqual([field, target.fields[field] ?? 'edit'])
  }
}

const CLERK = {
  name: 'clerk',
  label: { en: 'Clerk' },
  entities: { '*': { read: 'all' }, thing: { read: 'own', update: 'own', fields: { cost: 'none' } } },
}
const withClerk = base.map((one) =>
  one.name === 'shop' ? { ...one, files: { ...one.files, 'roles/clerk.json': CLERK } } : one,
)
const clerk = published(withClerk, 'shop.clerk')
const packaged = role.merged(clerk.layers)
const target = (name: string) => find(clerk.matrix, name)

describe('[RE2] the file says what differs', () => {
  const fileOf = (draft: role.RoleDraft) => withRole({}, { role: 'shop.clerk', draft, base: packaged })

  test('nothing changed: no file', () => {
    expect(fileOf(packaged)).toEqual({})
    const there = { 'roles/old.json': { extends: 'shop.clerk', administer: true }, 'package.json': { name: 'custom' } }
    expect(withRole(there, { role: 'shop.clerk', draft: packaged, base: packaged })).toEqual({
      'package.json': { name: 'custom' },
    })
  })

  test('one cell, taken back rights, fields and texts', () => {
    const draft = {
      ...role.withField(
        role.withGrant(packaged, target('shop.thing'), 'update', 'none'),
        target('shop.thing'),
        'cost',
        'edit',
      ),
      label: { en: 'Clerk', ru: 'Приказчик' },
    }
    expect(fileOf(draft)['roles/shop_clerk.json']).toEqual({
      extends: 'shop.clerk',
      label: { ru: 'Приказчик' },
      entities: { 'shop.thing': { update: 'none', fields: {} } },
    })
  })

  test('it goes where the layer speaks of the role already, and other files stay', () => {
    const there = { 'roles/mine.json': { extends: 'shop.clerk' }, 'entities/x.json': { name: 'x' } }
    const draft = { ...packaged, administer: true }
    expect(withRole(there, { role: 'shop.clerk', draft, base: packaged })).toMatchObject({
      'roles/mine.json': { extends: 'shop.clerk', administer: true },
      'entities/x.json': { name: 'x' },
      'package.json': { requires: { shop: '*' } },
    })
  })

  test('names of new roles differ from those there are, and a role is taken out as a whole', () => {
    const files = { 'roles/seller.json': { name: 'seller' }, 'roles/b.json': { extends: 'shop.seller' } }
    expect(freeRoleName(files, 'Seller')).toBe('seller_2')
    expect(freeRoleName(files, 'Продавец')).toBe('prodavets')
    expect(Object.keys(withoutRole(files, 'custom.seller'))).toEqual(['roles/b.json'])
  })
})

describe('rows and cells', () => {
  test('[RE3] put back, nothing differs', () => {
    fc.assert(
      fc.property(fc.array(anyEdit, { maxLength: 5 }), fc.constantFrom(...ENTITIES), (edits, name) => {
        // What follows the line of all others follows it still.
        const draft = {
          ...edits.reduce((made, edit) => edit(made, clerk.matrix, packaged), packaged),
          administer: false,
        }
        const others = role.withRowOf(draft, packaged, role.OTHERS_TARGET)
        expect(role.differencesIn(packaged, role.withRowOf(others, packaged, target(name)), target(name))).toEqual([])
        const cells = OPERATIONS.reduce((made, one) => role.withCellOf(made, packaged, target(name), one), others)
        expect(role.differencesIn(packaged, cells, target(name)).filter((one) => !one.startsWith('fields.'))).toEqual(
          [],
        )
      }),
    )
  })

  test('[RE4] a new line gives what was given before, but for the change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENTITIES), anyOperation, anyScope, (name, operation, scope) => {
        const after = role.withGrant(packaged, target(name), operation, scope)
        const expected =
          target(name).impossible.includes(operation) ||
          role.isSameScope(role.grantOf(packaged, target(name), operation).scope, scope)
            ? []
            : [operation]
        expect(role.differencesIn(packaged, after, target(name))).toEqual(expected)
      }),
    )
  })

  test('changes are counted once, where they were made', () => {
    const others = role.withGrant(packaged, role.OTHERS_TARGET, 'update', 'team')
    expect(role.countChanges(packaged, others, clerk.matrix)).toBe(1)
    const two = { ...role.withGrant(others, target('shop.part'), 'delete', 'own'), label: { en: 'Other' } }
    expect(role.countChanges(packaged, two, clerk.matrix)).toBe(3)
    expect(role.countChanges(packaged, packaged, clerk.matrix)).toBe(0)
  })
})
