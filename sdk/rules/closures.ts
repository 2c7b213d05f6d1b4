// What rules compile to, and how they reach a record.
import type { CallNode, RuleNode } from './nodes.ts'
import type { Moment, RuleEnvironment, RuleValue } from './types.ts'

/** Without an environment whatever asks for it is nothing. */
export type Closure<T> = (record: T, environment?: RuleEnvironment) => RuleValue
export type Test<T> = (record: T, environment?: RuleEnvironment) => boolean

/** How a path is read of a record; asked once a path. `before`: as it was before the change at hand, if it was. */
export type ReadPath<T> = (path: string, moment: Moment) => (record: T) => RuleValue

/** How related records are found, for rules that ask for them. */
export interface RelatedReader<T> {
  of(record: T): readonly T[]
  read: ReadPath<T>
  related?: RelatedReaders<T>
}
export type RelatedReaders<T> = (relation: string) => RelatedReader<T>

/** Compiles parts of one rule. */
export interface Compiler<T> {
  value(node: RuleNode): Closure<T>
  test(node: RuleNode): Test<T>
  values(node: CallNode): Closure<T>[]
}

export const nothing = (): RuleValue => null

export const both =
  <T>(a: Test<T>, b: Test<T>): Test<T> =>
  (record, environment) =>
    a(record, environment) && b(record, environment)
