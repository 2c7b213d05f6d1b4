// Types of the rule language. A value is null or of one of these; lists hold one kind.

export type RuleKind = 'boolean' | 'number' | 'decimal' | 'text' | 'date' | 'instant' | 'id' | 'json' | 'null'

export interface RuleType {
  kind: RuleKind
  isList?: boolean
}

/**
 * Values as closures see them: number = JS number (float8), decimal = decimal string, date = `YYYY-MM-DD`,
 * instant = ISO 8601 in UTC with up to 6 fraction digits (`2026-01-02T03:04:05.123456Z`), id = UUID, json = parsed JSON.
 */
export type RuleValue = null | boolean | number | string | readonly RuleValue[] | { readonly [key: string]: RuleValue }

/** Why a rule may give another answer though the record is the same. A rule with none of them is immutable. */
export type Volatility = 'time' | 'actor' | 'related'

/** What a rule may ask of the moment and of whoever asks; the same for a whole request. */
export interface RuleEnvironment {
  /** ISO 8601 in UTC, to the microsecond. */
  now: string
  /** IANA name that `readTimeZone` accepts. */
  timeZone: string
  /** User who asks; null: nobody, such as a job. */
  me: string | null
  teams: readonly string[]
  /** `teams` and all teams under them. */
  teamsBelow: readonly string[]
  /** Organisation of whoever asks. */
  organisation: string | null
}

/** What a rule may read, and of which type. Paths are as authors write them: `name`, `price.amount`, `employer.name`. */
export interface RuleScope {
  typeOf(path: string): RuleType | undefined
  /** All readable paths, for "did you mean". */
  paths(): readonly string[]
  /** Choices that a path may hold; undefined: whatever its type allows. */
  optionsOf?(path: string): readonly string[] | undefined
  /** A change is at hand, so that `before` and `changed` mean something. */
  hasBefore?: boolean
  /** Records whose reference leads here, by `entity.reference`. */
  relation?(name: string): RuleRelation | undefined
  /** All such names, for "did you mean". */
  relations?(): readonly string[]
  /** What a path stands for when it is more than a column: a formula is written out where it is read. */
  costOf?(path: string): RuleCost | undefined
}

export interface RuleRelation {
  /** What conditions on these records may read. */
  scope: RuleScope
}

/** Which values of a record: as it is, or as it was before the change at hand. */
export type Moment = 'now' | 'before'

/** What can answer a rule: closures wherever they run, and the database. */
export type Engine = 'closure' | 'sql'

/** How large a rule is as SQL, the formulas that it reads written out. */
export interface RuleCost {
  operations: number
  levels: number
}
