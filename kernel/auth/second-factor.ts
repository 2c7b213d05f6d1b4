// The second factor of an account: an authenticator app, and codes on paper for the day when it is lost.
import { randomBytes } from 'node:crypto'
import { RelataError } from '../../sdk/errors.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Database, Queryable } from '../run/database.ts'
import { AUTH_SCHEMA } from './library.ts'
import { fingerprint } from './token.ts'
import { findTotpStep, newTotpSecret, toBase32, totpUri } from './totp.ts'

export interface SecondFactorState {
  isOn: boolean
  /** ISO 8601. */
  since: string | null
  /** Codes on paper that are left. */
  recoveryCodes: number
}

export interface SecondFactor {
  state(identity: string): Promise<SecondFactorState>
  isOn(identity: string): Promise<boolean>
  /** A new secret to be put into an app; of no effect until it is confirmed. undefined: there is a second factor already. */
  begin(identity: string, email: string): Promise<{ secret: string; uri: string } | undefined>
  /** With the first code of the app it holds. @returns the codes on paper, told once; undefined: wrong code */
  confirm(identity: string, code: string): Promise<readonly string[] | undefined>
  /** A code of the app or one on paper; each works once. */
  check(identity: string, code: string): Promise<boolean>
  /** New codes on paper; the old ones are void. */
  renewCodes(identity: string): Promise<readonly string[]>
  /** @returns false: there was none */
  end(identity: string): Promise<boolean>
}

const FACTOR = `${AUTH_SCHEMA}.second_factor`
const CODE = `${AUTH_SCHEMA}.recovery_code`
const RECOVERY_CODES = 10
/** Sixteen signs of Base32. */
const RECOVERY_BYTES = 10
const placeOf = (identity: string): string => `second factor/${identity}`

export function createSecondFactor(database: Database, keys: Pick<Keyring, 'seal' | 'open'>): SecondFactor {
  const writeCodes = async (tx: Queryable, identity: string): Promise<string[]> => {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
    await tx.query(`DELETE FROM ${CODE} WHERE identity = $1::uuid`, [identity])
    await tx.query(
      `INSERT INTO ${CODE} (identity, code_hash) SELECT $1::uuid, unnest(string_to_array($2::text, ','))`,
      [identity, codes.map((code) => fingerprint(plain(code))).join(',')],
    )
    return codes
  }

  /** The row stays locked until the transaction ends: of two with one code the second comes too late. */
  const useTotp = async (tx: Queryable, identity: string, code: string, isOn: boolean): Promise<boolean> => {
    const [row] = await tx.query(
      `SELECT secret, last_step FROM ${FACTOR} WHERE identity = $1::uuid AND (confirmed_at IS NOT NULL) = $2::text::boolean FOR UPDATE`,
      [identity, String(isOn)],
    )
    if (!row?.[0]) return false
    const step = findTotpStep(keys.open(row[0], placeOf(identity)), code, Date.now(), Number(row[1] ?? 0))
    if (step === undefined) return false
    await tx.query(
      `UPDATE ${FACTOR} SET last_step = $2::int8, confirmed_at = COALESCE(confirmed_at, now()) WHERE identity = $1::uuid`,
      [identity, String(step)],
    )
    return true
  }

  return {
    async state(identity) {
      const [row] = await database.query(
        `SELECT to_json(f.confirmed_at) #>> '{}', (SELECT count(*) FROM ${CODE} AS c WHERE c.identity = f.identity)
         FROM ${FACTOR} AS f WHERE f.identity = $1::uuid AND f.confirmed_at IS NOT NULL`,
        [identity],
      )
      const since = row?.[0] ? new Date(row[0]).toISOString() : null
      return { isOn: row !== undefined, since, recoveryCodes: Number(row?.[1] ?? 0) }
    },
    async isOn(identity) {
      const found = await database.query(
        `SELECT 1 FROM ${FACTOR} WHERE identity = $1::uuid AND confirmed_at IS NOT NULL`,
        [identity],
      )
      return found.length > 0
    },
    async begin(identity, email) {
      const secret = newTotpSecret()
      const made = await database.query(
        `INSERT INTO ${FACTOR} (identity, secret) VALUES ($1::uuid, $2)
         ON CONFLICT (identity) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE ${FACTOR}.confirmed_at IS NULL RETURNING 1`,
        [identity, keys.seal(secret, placeOf(identity))],
      )
      return made.length > 0 ? { secret, uri: totpUri(secret, email) } : undefined
    },
    confirm: (identity, code) =>
      database.transaction(async (tx) =>
        (await useTotp(tx, identity, plain(code), false)) ? writeCodes(tx, identity) : undefined,
      ),
    check: (identity, code) =>
      database.transaction(async (tx) => {
        if (await useTotp(tx, identity, plain(code), true)) return true
        const used = await tx.query(`DELETE FROM ${CODE} WHERE identity = $1::uuid AND code_hash = $2 RETURNING 1`, [
          identity,
          fingerprint(plain(code)),
        ])
        return used.length > 0
      }),
    renewCodes: (identity) => database.transaction((tx) => writeCodes(tx, identity)),
    end: (identity) =>
      database.transaction(async (tx) => {
        await tx.query(`DELETE FROM ${CODE} WHERE identity = $1::uuid`, [identity])
        const ended = await tx.query(`DELETE FROM ${FACTOR} WHERE identity = $1::uuid RETURNING confirmed_at`, [
          identity,
        ])
        return ended.some(([confirmedAt]) => confirmedAt !== null)
      }),
  }
}

/** As people type them: in any case, with or without dashes and blanks. */
const plain = (code: string): string => code.toUpperCase().replace(/[^A-Z0-9]/g, '')

const newRecoveryCode = (): string => toBase32(randomBytes(RECOVERY_BYTES)).replace(/(.{4})(?=.)/g, '$1-')

/** Seals with the newest key what older ones sealed. */
export async function resealSecondFactors(
  database: Database,
  keys: Keyring,
): Promise<{ resealed: number; unopened: { place: string; why: string }[] }> {
  const [isThere] = await database.query('SELECT to_regclass($1)', [FACTOR])
  if (!isThere?.[0]) return { resealed: 0, unopened: [] }
  const rows = await database.query(`SELECT identity, secret FROM ${FACTOR} WHERE NOT starts_with(secret, $1)`, [
    keys.prefix,
  ])
  const unopened: { place: string; why: string }[] = []
  for (const [identity, sealed] of rows) {
    if (!identity || !sealed) continue
    const place = placeOf(identity)
    try {
      const again = keys.seal(keys.open(sealed, place), place)
      // One that was begun anew meanwhile has the newest key already.
      const where = 'WHERE identity = $1::uuid AND secret = $2'
      await database.query(`UPDATE ${FACTOR} SET secret = $3 ${where}`, [identity, sealed, again])
    } catch (error) {
      if (!(error instanceof RelataError)) throw error
      unopened.push({ place, why: error.message })
    }
  }
  return { resealed: rows.length - unopened.length, unopened }
}
