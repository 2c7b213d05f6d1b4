// Routes outside the records corridor: run the work, and make a problem document of what goes wrong.
import type { Context } from 'hono'
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import { problemResponse } from '../respond/problem.ts'

export async function answer(c: Context, log: Logger, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    const response = problemResponse(error, log, { method: c.req.method, path: c.req.path })
    const wait = error instanceof RelataError ? error.members['retryAfterSeconds'] : undefined
    if (typeof wait === 'number') response.headers.set('retry-after', String(wait))
    return response
  }
}
