// All field types, by the name that metadata uses. To add one: a file here, and a line.
import { RelataError } from '../errors.ts'
import { address } from './address.ts'
import { anyReference } from './any-reference.ts'
import { autoNumber } from './auto-number.ts'
import { boolean } from './boolean.ts'
import { choice } from './choice.ts'
import { date } from './date.ts'
import { dateTime } from './date-time.ts'
import { decimal } from './decimal.ts'
import { email } from './email.ts'
import { file } from './file.ts'
import { formula } from './formula.ts'
import { json } from './json.ts'
import { longText } from './long-text.ts'
import { manyToMany } from './many-to-many.ts'
import { money } from './money.ts'
import { multiChoice } from './multi-choice.ts'
import { number } from './number.ts'
import { parent } from './parent.ts'
import { percent } from './percent.ts'
import { personName } from './person-name.ts'
import { phone } from './phone.ts'
import { reference } from './reference.ts'
import { rollup } from './rollup.ts'
import { secret } from './secret.ts'
import { text } from './text.ts'
import type { FieldType } from './types.ts'
import { url } from './url.ts'
import { user } from './user.ts'

/** In the order in which people are offered them. */
export const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  text,
  long_text: longText,
  number,
  decimal,
  money,
  percent,
  boolean,
  date,
  date_time: dateTime,
  choice,
  multi_choice: multiChoice,
  email,
  phone,
  url,
  address,
  person_name: personName,
  json,
  file,
  auto_number: autoNumber,
  user,
  reference,
  many_to_many: manyToMany,
  any_reference: anyReference,
  parent,
  formula,
  rollup,
  secret,
}

/** @throws RL500 unknown type: a snapshot holds only types that the catalog knew */
export function fieldType(name: string): FieldType {
  const found = Object.hasOwn(FIELD_TYPES, name) ? FIELD_TYPES[name] : undefined
  if (!found) throw new RelataError('RL500', `There is no field type “${name}”.`)
  return found
}
