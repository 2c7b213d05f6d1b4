// What a role can say of records and fields. The order is the meaning: of two rights the later one gives more.

export const OPERATIONS = ['create', 'read', 'update', 'delete', 'export', 'import', 'share'] as const
export type Operation = (typeof OPERATIONS)[number]

/**
 * How far a right to records reaches; each includes those before it. `shared`: what somebody shared with the person, a
 * team or an organisation of theirs; `reports`: records of those who report to them, directly or not; `unit`: of all
 * teams of the organisation unit that theirs belongs to.
 */
export const SCOPES = ['none', 'shared', 'own', 'reports', 'team', 'team_below', 'unit', 'all'] as const
export type ScopeName = (typeof SCOPES)[number]
/** A rule: records of which it is true, and what was shared. */
export type Scope = ScopeName | { rule: unknown }

/** `masked`: that there is something, and how it ends, but neither found nor ordered by. */
export const FIELD_RIGHTS = ['none', 'masked', 'read', 'edit'] as const
export type FieldRight = (typeof FIELD_RIGHTS)[number]

export type Grant = Readonly<Partial<Record<Operation, Scope>>> & {
  readonly fields?: Readonly<Record<string, FieldRight>>
}

export const reaches = (a: ScopeName, b: ScopeName): boolean => SCOPES.indexOf(a) >= SCOPES.indexOf(b)
