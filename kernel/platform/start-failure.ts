// What a person reads at a terminal when the server does not start: our own refusals without a stack, others with it.
import { RelataError } from '../../sdk/errors.ts'

export function explainFailure(error: unknown): string {
  if (!(error instanceof RelataError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [`${error.code} ${error.message}`, error.hint && `→ ${error.hint}`].filter(Boolean).join('\n')
}
