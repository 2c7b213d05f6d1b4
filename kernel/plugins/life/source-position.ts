// From a place in a plugin's bundle to the author's file, by the source map of its package.
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'

export interface Position {
  file: string
  /** From 1. */
  line: number
  /** From 0. */
  column: number
}

export interface SourceMap {
  /** null: the bundle has nothing of an author's there, such as what the SDK brings. */
  positionOf(line: number, column: number): Position | null
}

const NO_MAP: SourceMap = { positionOf: () => null }

/** @param text code.js.map; null or not usable: nothing is found in it */
export function openSourceMap(text: string | null): SourceMap {
  if (text === null) return NO_MAP
  let map: TraceMap
  try {
    map = new TraceMap(text)
  } catch {
    return NO_MAP
  }
  return {
    positionOf(line, column) {
      if (line < 1 || column < 0) return null
      const found = originalPositionFor(map, { line, column })
      return found.source === null ? null : { file: tidy(found.source), line: found.line, column: found.column }
    },
  }
}

/** Of the folder that it was built in nothing is told but what lies below it. */
const tidy = (source: string): string => source.replace(/^(\.\.?\/)+/, '').replace(/^.*\/(?=node_modules\/)/, '')
