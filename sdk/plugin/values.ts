// Values of fields that are more than a text, a number or true and false, as records are read and written. The file
// that `relata types` writes is made of them.

/** Day: `2026-01-31`. */
export type Day = string
/** Instant, ISO 8601 in UTC: `2026-01-31T10:00:00Z`. */
export type Instant = string
/** An instant and the time zone (IANA) in which it was meant. */
export interface ZonedInstant {
  at: Instant
  zone: string
}
/** An exact number, every digit kept: `"12.50"`. */
export type Decimal = string
/** A number of up to 15 digits may be written as such. */
export type DecimalInput = string | number

export interface Money<Currency extends string = string> {
  amount: Decimal
  currency: Currency
  /** In the currency of the tenant, at the rate of the day; null: there is no rate. */
  base: Decimal | null
}
export interface MoneyInput<Currency extends string = string> {
  amount: DecimalInput
  currency: Currency
  /** Ignored: the server works it out. */
  base?: Decimal | null
}

export interface Address {
  street: string | null
  street2: string | null
  city: string | null
  region: string | null
  postal_code: string | null
  /** ISO 3166: `DE`. */
  country: string | null
}
export interface PersonName {
  prefix: string | null
  given: string | null
  middle: string | null
  family: string | null
  suffix: string | null
}

/** Of a record. */
export type Id = string

export interface AnyReference<Entity extends string = string> {
  entity: Entity
  id: string
  display_name: string | null
}
export interface AnyReferenceInput<Entity extends string = string> {
  entity: Entity
  id: string
  /** Ignored. */
  display_name?: string | null
}

/** What every record has beside its fields. */
export interface Standard {
  id: Id
  /** Grows by one with every change. */
  version: number
  display_name: string
  created_at: Instant
  created_by: Id | null
  updated_at: Instant
  updated_by: Id | null
  /** null: it is not in the trash. */
  deleted_at: Instant | null
}
export interface Owned {
  owner: Id | null
  owner_team: Id | null
}
