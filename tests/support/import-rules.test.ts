import { expect, test } from 'vitest'
import { checkImport, importsOf } from '../../.ci/import-rules.ts'
import { isAllowed } from '../../.ci/licences.ts'

test.each([
  ['kernel/plan/plan.ts', '../../sdk/errors.ts', true],
  ['kernel/plan/plan.ts', '../sql/sql.ts', true],
  ['kernel/plan/plan.ts', '../../plugins/sales/x.ts', false],
  ['kernel/plan/plan.ts', '../../metadata/base/index.ts', false],
  ['kernel/plan/plan.ts', '../run/database.ts', false],
  ['kernel/sql/list.ts', 'node:fs', false],
  ['sdk/rules/check.ts', '../../kernel/services.ts', false],
  ['sdk/rules/check.ts', '@sinclair/typebox', true],
  ['studio/app.ts', '../sdk/errors.ts', true],
  ['studio/app.ts', '../kernel/services.ts', false],
  ['plugins/sales/code/x.ts', '../../../sdk/records.ts', true],
  ['plugins/sales/code/x.ts', './y.ts', true],
  ['plugins/sales/code/x.ts', '../../service/code/y.ts', false],
  ['metadata/base/x.ts', 'lit', false],
  ['tests/http/x.test.ts', '../../kernel/main.ts', true],
])('%s importing %s: %s', (file, imported, isFine) => {
  expect(checkImport(file, imported) === null).toBe(isFine)
})

test('a refusal lists what is allowed', () => {
  expect(checkImport('studio/app.ts', '../kernel/services.ts')).toBe(
    'studio/app.ts imports kernel/services.ts. It may import studio/, sdk/; studio talks to the kernel over HTTP only.',
  )
  expect(checkImport('plugins/sales/x.ts', '../service/y.ts')).toContain('It may import plugins/sales/, sdk/')
})

test('imports are found in every form, comments are not imports', () => {
  const source = `
    import a from './a.ts'
    import type { B } from "./b.ts"
    import {
      c,
    } from './c.ts'
    import './d.ts'
    export * from './e.ts'
    const f = await import('./f.ts')
    // import g from './g.ts'
    /* import h from './h.ts' */
    type I = import('./i.ts').I
  `
  expect(importsOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './i.ts'])
})

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['MIT AND Apache-2.0', true],
  ['MIT AND GPL-3.0', false],
  ['SEE LICENSE IN LICENSE', false],
])('licence %s: %s', (expression, isFine) => {
  expect(isAllowed(expression)).toBe(isFine)
})
