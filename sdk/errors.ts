// The one error class and the one table of its codes. A code never changes its meaning; a retired
// number stays here as a comment so that it is not used again. Members follow RFC 9457.

import type { Text } from './metadata/source.ts'

interface ErrorKind {
  status: number
  title: string
}

/** RL1xx parse · RL2xx catalog and plan · RL3xx sign-in and rights · RL4xx hooks, plugins, limits · RL5xx database and server. */
export const ERRORS = {
  RL100: { status: 400, title: 'The request could not be read' },
  RL101: { status: 404, title: 'There is nothing at this address' },
  RL102: { status: 413, title: 'The request is too large' },
  RL103: { status: 415, title: 'This content type is not understood' },
  RL104: { status: 400, title: 'A parameter is not valid' },
  RL105: { status: 405, title: 'This method is not allowed here' },
  RL106: { status: 428, title: 'A version is needed' },

  RL200: { status: 422, title: 'The metadata has problems' },
  RL201: { status: 404, title: 'Unknown entity' },
  RL202: { status: 422, title: 'Unknown field' },
  RL203: { status: 422, title: 'The rule is not valid' },
  RL204: { status: 422, title: 'This cannot be done with this field' },
  RL205: { status: 404, title: 'No such record' },
  RL206: { status: 422, title: 'Some values are not valid' },
  RL207: { status: 409, title: 'Another value like this exists' },
  RL208: { status: 409, title: 'Someone else changed this record' },
  RL209: { status: 409, title: 'Other records depend on this one' },
  RL210: { status: 409, title: 'The published version has moved on' },
  RL211: { status: 409, title: 'The plan would lose data' },
  RL212: { status: 503, title: 'This feature is still being prepared' },
  RL213: { status: 404, title: 'No such published version' },
  RL214: { status: 409, title: 'The change cannot be applied' },
  RL215: { status: 404, title: 'No such tenant' },
  RL216: { status: 409, title: 'The record is not in the trash' },
  RL217: { status: 409, title: 'There seems to be such a record already' },

  RL300: { status: 401, title: 'Please sign in' },
  RL301: { status: 403, title: 'Not allowed' },
  RL302: { status: 401, title: 'The key is not valid' },
  RL303: { status: 409, title: 'The last administrator cannot be removed' },
  RL304: { status: 403, title: 'The request came from another site' },
  RL305: { status: 410, title: 'This link is no longer valid' },
  RL306: { status: 401, title: 'The e-mail address or the password is wrong' },
  RL307: { status: 403, title: 'A second factor is needed' },

  RL400: { status: 429, title: 'Too many requests' },
  RL401: { status: 422, title: 'A limit was reached' },
  RL402: { status: 422, title: 'A plugin refused this' },
  RL403: { status: 502, title: 'A plugin failed' },
  RL404: { status: 403, title: 'The plugin was not granted this' },
  RL405: { status: 503, title: 'The plugin is paused' },
  RL406: { status: 504, title: 'The plugin took too long' },
  RL407: { status: 503, title: 'The sandbox of the plugin was lost' },
  RL408: { status: 422, title: 'The plugin package is not valid' },
  RL409: { status: 409, title: 'The plugin asks for more than was granted' },

  RL500: { status: 500, title: 'Something went wrong on the server' },
  RL501: { status: 503, title: 'The database is not available' },
  RL502: { status: 503, title: 'The database was too busy' },
  RL503: { status: 504, title: 'The request took too long' },
  RL504: { status: 500, title: 'The server could not start' },
  RL505: { status: 502, title: 'The server gave no usable answer' },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof ERRORS

/** One thing that is wrong, and where. `path` is a JSON pointer (RFC 6901) into the body, or a field name. */
export interface Problem {
  path: string
  message: string
  /** `message` as the author of the metadata wrote it: a whole sentence, in one or several languages. */
  text?: Text
  /** A stable key for the catalogue of texts and for programs, such as `required` or `unknown_field`. */
  key?: string
  hint?: string
  /** For metadata: the package and file that the path points into. */
  package?: string
  file?: string
  params?: Record<string, string | number>
}

export interface ErrorOptions {
  detail?: string
  hint?: string
  problems?: readonly Problem[]
  cause?: unknown
  /** false keeps `message`, `detail` and `problems` on the server; the default is true below status 500. */
  isPublic?: boolean
  /** More members of the problem document, such as `current` in a version conflict. */
  members?: Record<string, unknown>
}

/** Every refusal and failure of the system. `isPublic` says whether its text may leave the server. */
export class RelataError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly problems: readonly Problem[]
  readonly isPublic: boolean
  readonly members: Record<string, unknown>

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RelataError'
    this.code = code
    this.status = ERRORS[code].status
    this.detail = options.detail
    this.hint = options.hint
    this.problems = options.problems ?? []
    this.isPublic = options.isPublic ?? this.status < 500
    this.members = options.members ?? {}
  }
}

/** An RFC 9457 problem document. */
export interface ProblemDocument {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail?: string
  hint?: string
  errors?: readonly Problem[]
  instance?: string
  [member: string]: unknown
}

/** What may be told to the caller; texts of non-public errors are withheld. */
export function toProblemDocument(error: RelataError, instance?: string): ProblemDocument {
  const kind = ERRORS[error.code]
  const document: ProblemDocument = {
    type: `https://relata.dev/errors/${error.code}`,
    title: kind.title,
    status: kind.status,
    code: error.code,
  }
  if (error.isPublic) {
    document.detail = error.detail ?? error.message
    if (error.hint) document.hint = error.hint
    if (error.problems.length > 0) document.errors = error.problems
    Object.assign(document, error.members)
  }
  if (instance) document.instance = instance
  return document
}
