// A first look at a plugin's code, before it runs anywhere: what the sandbox would refuse at run time is refused here
// with its line. The sandbox does not rely on it.
import { type Node, parse } from 'acorn'
import type { Problem } from '../../../sdk/errors.ts'
import { bytesInWords } from '../../../sdk/plugin/zip.ts'
import { LARGE_CODE_BYTES } from '../../../sdk/plugin/archive.ts'
import { openSourceMap } from './source-position.ts'

export interface ScanResult {
  problems: readonly Problem[]
  warnings: readonly Problem[]
}

const MAX_PROBLEMS = 20

export function scanCode(code: string, sourceMap: string | null): ScanResult {
  const warnings: Problem[] =
    code.length > LARGE_CODE_BYTES
      ? [problem('', 'large_code', `is ${bytesInWords(code.length)} large, which makes every first call slow`)]
      : []
  let program: Node
  try {
    program = parse(code, { ecmaVersion: 'latest', sourceType: 'script', locations: true })
  } catch (error) {
    const message = error instanceof Error ? error.message : 'syntax error'
    return { problems: [problem('', 'code_syntax', `is not a script: ${message}`)], warnings }
  }
  const map = openSourceMap(sourceMap)
  const problems: Problem[] = []
  visit(program, (node) => {
    const what = forbidden(node)
    if (what === undefined || problems.length >= MAX_PROBLEMS) return
    const start = node.loc?.start ?? { line: 1, column: 0 }
    const place = map.positionOf(start.line, start.column)
    const where = place ? `${place.file}:${place.line}` : `line ${start.line}, column ${start.column + 1}`
    problems.push(problem('', 'forbidden_code', `uses ${what.name} (${where})`, what.hint))
  })
  return { problems, warnings }
}

function problem(path: string, key: string, message: string, hint?: string): Problem {
  return { path, file: 'code.js', key, message, ...(hint === undefined ? {} : { hint }) }
}

interface Forbidden {
  name: string
  hint: string
}
const TEXT_AS_CODE = 'Code that is made of text while running does not run in the sandbox.'
const CALLS: Readonly<Record<string, Forbidden>> = {
  eval: { name: 'eval', hint: TEXT_AS_CODE },
  Function: { name: 'the Function constructor', hint: TEXT_AS_CODE },
  require: { name: 'require()', hint: 'Everything has to be in the bundle; modules of Node are not there.' },
  importScripts: { name: 'importScripts()', hint: 'Everything has to be in the bundle.' },
}
const WEB_ASSEMBLY: Forbidden = { name: 'WebAssembly', hint: 'The sandbox runs JavaScript only.' }
const IMPORT: Forbidden = { name: 'import()', hint: 'Everything has to be in the bundle.' }

function forbidden(node: Node): Forbidden | undefined {
  if (node.type === 'ImportExpression') return IMPORT
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const name = calledName(member(node, 'callee'))
    return name !== undefined && Object.hasOwn(CALLS, name) ? CALLS[name] : undefined
  }
  return nameOf(node) === 'WebAssembly' ? WEB_ASSEMBLY : undefined
}

/** `eval`, `globalThis.eval`, `(0, eval)`. */
function calledName(callee: unknown): string | undefined {
  if (!isNode(callee)) return undefined
  if (callee.type === 'SequenceExpression') {
    const parts = member(callee, 'expressions')
    return Array.isArray(parts) ? calledName(parts.at(-1)) : undefined
  }
  if (callee.type !== 'MemberExpression') return nameOf(callee)
  return GLOBALS.has(nameOf(member(callee, 'object')) ?? '') ? nameOf(member(callee, 'property')) : undefined
}

const GLOBALS: ReadonlySet<string> = new Set(['globalThis', 'global', 'self', 'window'])

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  const value = node.type === 'Identifier' ? member(node, 'name') : node.type === 'Literal' ? member(node, 'value') : ''
  return typeof value === 'string' ? value : undefined
}

const member = (node: Node, name: string): unknown => Object.entries(node).find(([key]) => key === name)?.[1]

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Without recursion: code may be nested as deep as it likes. */
function visit(root: Node, look: (node: Node) => void): void {
  const waiting: Node[] = [root]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    look(node)
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const item of value) if (isNode(item)) waiting.push(item)
      if (isNode(value)) waiting.push(value)
    }
  }
}
