// Names of records that a value points to by id only. Whatever was read once is not asked for again.
import { records } from '../app/records.ts'

const names = new Map<string, string>()
const asked = new Map<string, Promise<string>>()
const keyOf = (entity: string, id: string): string => `${entity} ${id}`

export function rememberName(entity: string, id: string, name: string): void {
  names.set(keyOf(entity, id), name)
}
export const knownName = (entity: string, id: string): string | undefined => names.get(keyOf(entity, id))

/** '' when the record is gone, or not for this person to see. */
export function nameOf(entity: string, id: string): Promise<string> {
  const known = knownName(entity, id)
  if (known !== undefined) return Promise.resolve(known)
  const key = keyOf(entity, id)
  const running = asked.get(key)
  if (running) return running
  const asking = ask(entity, id).finally(() => asked.delete(key))
  asked.set(key, asking)
  return asking
}

async function ask(entity: string, id: string): Promise<string> {
  try {
    const { display_name } = await records.get(entity, id, { select: 'display_name' })
    rememberName(entity, id, display_name)
    return display_name
  } catch {
    return ''
  }
}
