// The server's log: JSON lines for machines, short lines for people at a terminal. Nothing secret gets in: known names
// are blanked, and so are passwords inside addresses.
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino'
import { type Config, hidePassword } from './config.ts'

export type { Logger }

/** Property names whose values never reach the log, at the top of an entry or one step inside. */
const SECRET_NAMES = [
  'password',
  'secret',
  'token',
  'apiKey',
  'privateKey',
  'authorization',
  'cookie',
  'set-cookie',
  'databaseUrl',
  'databaseDirectUrl',
]
const quoted = (name: string): string => `["${name}"]`
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [quoted(name), `*${quoted(name)}`, `*.headers${quoted(name)}`])

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** @param destination default: standard output */
export function createLogger(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  destination: DestinationStream = pino.destination({ sync: true }),
): Logger {
  return pino(
    {
      level: logLevel,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '(hidden)' },
      serializers: { err: serializeError, error: serializeError },
    },
    logFormat === 'text' ? { write: (line) => destination.write(toText(line)) } : destination,
  )
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = stdSerializers.err(error)
  const code = 'code' in error ? error.code : undefined
  return { type, code, message: hidePassword(message), stack: hidePassword(stack) }
}

/** `10:31:02 info  listening  url=http://…`, and the stack of an error below it. */
function toText(line: string): string {
  const { level, time, msg, err, ...rest }: Record<string, unknown> = JSON.parse(line)
  const details = Object.entries(rest).map(
    ([name, value]) => `  ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : ''
  return `${String(time).slice(11, 19)} ${(LEVEL_NAMES[Number(level)] ?? '').padEnd(5)} ${String(msg ?? '')}${details.join('')}${stack}\n`
}
