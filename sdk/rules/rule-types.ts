// How types of rules go together, and what they are called in messages.
import type { RawNode } from './parse.ts'
import type { Conversion } from './nodes.ts'
import type { RuleKind, RuleType, RuleValue } from './types.ts'

export const BOOLEAN: RuleType = { kind: 'boolean' }
export const NUMBER: RuleType = { kind: 'number' }
export const DECIMAL: RuleType = { kind: 'decimal' }
export const TEXT: RuleType = { kind: 'text' }
export const DATE: RuleType = { kind: 'date' }
export const INSTANT: RuleType = { kind: 'instant' }
export const NULL: RuleType = { kind: 'null' }

export const ORDERED: ReadonlySet<RuleKind> = new Set(['number', 'decimal', 'text', 'date', 'instant'])
export const MEASURED: ReadonlySet<RuleKind> = new Set(['number', 'decimal', 'date', 'instant'])

const NAMES: Readonly<Record<RuleKind, string>> = {
  boolean: 'true or false',
  number: 'a number',
  decimal: 'a decimal',
  text: 'a text',
  date: 'a date',
  instant: 'a time',
  id: 'a reference',
  json: 'JSON',
  null: 'nothing',
}
export const described = (type: RuleType): string => (type.isList ? 'a list' : NAMES[type.kind])

export const isSame = (a: RuleType, b: RuleType): boolean =>
  a.kind === b.kind && Boolean(a.isList) === Boolean(b.isList)

/** A constant, or a choice between constants: it takes the type of what stands beside it. */
export const isSoft = (raw: RawNode | undefined): boolean =>
  raw?.kind === 'constant' || (raw?.kind === 'call' && raw.isSoft)

export const holdsText = (raw: RawNode): boolean =>
  raw.kind === 'constant'
    ? typeof raw.value === 'string'
    : isSoft(raw) && raw.kind === 'call' && raw.args.some(holdsText)

export function conversionOf(type: RuleType, want: RuleType): Conversion | undefined {
  if (type.isList || want.isList) return undefined
  if (type.kind === 'number' && want.kind === 'decimal') return 'to_decimal'
  if (type.kind === 'decimal' && want.kind === 'number') return 'to_number'
  return want.kind === 'text' && type.kind !== 'json' ? 'to_text' : undefined
}

/** undefined: no type given; 'none': they do not go together. */
export function commonType(types: readonly RuleType[]): RuleType | 'none' | undefined {
  const [first, ...others] = types
  if (!first) return undefined
  if (others.every((type) => isSame(type, first))) return first
  const areNumeric = types.every((type) => !type.isList && (type.kind === 'number' || type.kind === 'decimal'))
  return areNumeric ? DECIMAL : 'none'
}

export function commonConstantType(args: readonly RawNode[]): RuleType | undefined {
  const constantsOf = (raw: RawNode): RuleType[] => {
    if (raw.kind === 'constant') return [constantType(raw.value, undefined)]
    return raw.kind === 'call' && isSoft(raw) ? raw.args.filter(isSoft).flatMap(constantsOf) : []
  }
  const common = commonType(args.flatMap(constantsOf))
  // Of numbers and texts only decimals can be both.
  return common === 'none' ? DECIMAL : common
}

/** A constant is what the place wants when it can be, else what it looks like. */
export function constantType(value: RuleValue, want: RuleType | undefined): RuleType {
  if (Array.isArray(value)) {
    const natural: RuleKind = value.length > 0 && value.every((item) => typeof item === 'number') ? 'number' : 'text'
    return { kind: want?.isList ? want.kind : natural, isList: true }
  }
  const natural: RuleType = typeof value === 'number' ? NUMBER : TEXT
  if (!want || want.isList || want.kind === 'null' || want.kind === 'json' || want.kind === 'boolean') return natural
  // A number where text is wanted stays one, and is told as text.
  if (want.kind === 'text' && typeof value === 'number') return natural
  return want
}
