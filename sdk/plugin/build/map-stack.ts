// Stacks of the bundle, in terms of the files that the author wrote.
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'

/** As the sandbox calls the bundle. */
export const BUNDLE_FILE = 'plugin.js'
const PLACE = new RegExp(`[^\\s()]*${BUNDLE_FILE.replace('.', '\\.')}:(\\d+):(\\d+)`, 'g')

export interface Position {
  file: string
  line: number
  column: number
}

/** @param map source map of the bundle @returns the stack with `plugin.ts:4:18` where there was `plugin.js:1:490` */
export function mapStack(stack: string, map: string): string {
  const trace = traceOf(map)
  if (!trace) return stack
  return stack.replace(PLACE, (place, line: string, column: string) => {
    const found = positionIn(trace, Number(line), Number(column))
    return found ? `${found.file}:${found.line}:${found.column}` : place
  })
}

/** The innermost place in the author's own files. */
export function firstPosition(stack: string, map: string): Position | undefined {
  const trace = traceOf(map)
  if (!trace) return undefined
  return [...stack.matchAll(PLACE)]
    .map(([, line, column]) => positionIn(trace, Number(line), Number(column)))
    .find((place) => place !== undefined && !isOfSdk(place.file))
}

/** Files of the sdk are bundled with every plugin. */
const isOfSdk = (file: string): boolean => /(^|\/)sdk\/plugin\/[a-z-]+\.[jt]s$/.test(file)

function traceOf(map: string): TraceMap | undefined {
  try {
    return new TraceMap(map)
  } catch {
    return undefined
  }
}

function positionIn(trace: TraceMap, line: number, column: number): Position | undefined {
  const { source, line: at, column: from } = originalPositionFor(trace, { line, column: Math.max(0, column - 1) })
  return source === null ? undefined : { file: source, line: at, column: from + 1 }
}
