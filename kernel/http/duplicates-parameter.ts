// `?duplicates=allow` of everything that writes: the writer has seen the warning, or does not mind.
import { bad, refuseUnknown } from '../parse/list-request.ts'
import type { Context } from '../run/context.ts'

/** @param known the other parameters of this address @throws RL104 */
export function withDuplicates(context: Context, query: URLSearchParams, known: readonly string[] = []): Context {
  refuseUnknown(query, [...known, 'duplicates'])
  const word = query.get('duplicates')
  if (word !== null && word !== 'allow' && word !== 'refuse') throw bad('duplicates', 'it must be allow or refuse')
  return { ...context, acceptsDuplicates: word === 'allow' }
}
