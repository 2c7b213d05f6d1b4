// A TypeBox schema as a Markdown table: each member by its path, what it holds, what it is for.
import type { TSchema } from '@sinclair/typebox'

export function schemaTable(schema: TSchema): string {
  const rows = members(schema, '').filter(({ path }) => path !== '$schema')
  const lines = rows.map(({ path, holds, description }) => `| \`${path}\` | ${holds} | ${description} |`)
  return ['| member | holds | |', '|---|---|---|', ...lines].join('\n')
}

interface Row {
  path: string
  holds: string
  description: string
}

function members(schema: TSchema, at: string): Row[] {
  const named: Record<string, TSchema> = schema['properties'] ?? {}
  const keyed: TSchema[] = Object.values(schema['patternProperties'] ?? {})
  const rows = Object.entries(named).flatMap(([name, member]) => rowsOf(member, at === '' ? name : `${at}.${name}`))
  return [...rows, ...keyed.flatMap((member) => rowsOf(member, `${at}.NAME`))]
}

function rowsOf(schema: TSchema, path: string): Row[] {
  const isGroup = schema['type'] === 'object' && schema['additionalProperties'] !== true
  const own = { path, holds: holds(schema), description: String(schema['description'] ?? '') }
  return isGroup ? [...(own.description === '' ? [] : [own]), ...members(schema, path)] : [own]
}

function holds(schema: TSchema): string {
  if (schema['const'] !== undefined) return `\`${String(schema['const'])}\``
  if (Array.isArray(schema['anyOf'])) {
    const each = schema['anyOf'].map((one: TSchema) => holds(one))
    return each.includes('texts by name') ? 'a text, or one for each language' : [...new Set(each)].join(' or ')
  }
  if (schema['type'] === 'array') {
    const items = holds(schema['items'])
    return items === 'a text'
      ? 'a list of texts'
      : items.startsWith('an object')
        ? 'a list of fields'
        : `a list of ${items}`
  }
  if (schema['type'] === 'object') return schema['patternProperties'] ? 'texts by name' : 'an object'
  return schema['type'] === 'string' ? 'a text' : String(schema['type'])
}
