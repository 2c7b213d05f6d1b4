// What came of a run, as it is told to whoever asked for it, and whether the plugin did what it must not.
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Failure, Invocation } from './contract.ts'
import { parseGuestJson } from './guarded-json.ts'
import type { AttemptEnd } from './line.ts'
import { ChildFailure } from './messages.ts'

const isChildFailure = TypeCompiler.Compile(ChildFailure)

export interface Told {
  failure: Failure | { value: unknown }
  /** kill: it brought its process down. */
  isViolation: boolean | 'kill'
}

export function toOutcome(ended: AttemptEnd, { limits }: Pick<Invocation, 'limits'>): Told {
  const failed = (failure: Failure, isViolation: boolean | 'kill' = false): Told => ({ failure, isViolation })
  if (ended.end === 'ok') {
    try {
      return { failure: { value: parseGuestJson(ended.body) }, isViolation: false }
    } catch (error) {
      const message = `What it answered cannot be used. ${error instanceof Error ? error.message : ''}`.trim()
      return failed({ kind: 'failed', error: { name: 'Error', message, stack: '' } })
    }
  }
  if (ended.end === 'failed') return toldByChild(ended.body, ended.isWaitingForHost)
  if (ended.end === 'fatal')
    return failed({ kind: 'failed', error: { name: ended.name, message: ended.message, stack: '' } }, true)
  if (ended.end === 'late') return failed({ kind: 'timeout', afterMs: ended.afterMs }, !ended.isWaitingForHost)
  if (ended.end === 'cancelled') return failed({ kind: 'cancelled' })
  if (ended.end === 'again') return failed({ kind: 'lost', reason: 'Its isolate went away, again and again.' })
  if (ended.end === 'astray')
    return failed({ kind: 'lost', reason: 'Its process ended, and run again it did not do the same.' })
  if (ended.isLate && ended.guilt === 'sure') return failed({ kind: 'timeout', afterMs: limits.wallMs }, 'kill')
  return failed({ kind: 'lost', reason: ended.reason }, ended.guilt === 'sure' ? 'kill' : false)
}

function toldByChild(body: string, isWaitingForHost: boolean): Told {
  try {
    const failure: unknown = JSON.parse(body)
    if (isChildFailure.Check(failure)) {
      if (failure.kind === 'failed') {
        const stack = failure.error.stack.replace(/\n[^\n]*relata:sandbox:[^\n]*/g, '')
        return { failure: { ...failure, error: { ...failure.error, stack } }, isViolation: false }
      }
      return { failure, isViolation: failure.kind === 'limit' || (failure.kind === 'timeout' && !isWaitingForHost) }
    }
  } catch {
    // As below.
  }
  const error = { name: 'Error', message: 'It failed, and what it told of it cannot be understood.', stack: '' }
  return { failure: { kind: 'failed', error }, isViolation: false }
}
