// The file that `relata types` writes: an interface for each entity as it is read and as it is written, and what tells
// `relata/plugin` of them. Equal metadata gives equal bytes.
import type { TypedAction, TypedEntity, TypedField, TypedModel } from './model.ts'
import { quoted, valueType } from './value-types.ts'

export interface PrintOptions {
  /** What it was made from: `sales 1.2.0, base 1.0.0`. */
  from: string
  settings: readonly TypedField[]
  secrets: readonly { name: string; label: string }[]
}

const WIDTH = 120

export function printTypes(model: TypedModel, options: PrintOptions): string {
  const uses = new Set<string>()
  const names = interfaceNames(model)
  const body = [
    ...model.entities.flatMap((entity) => entityText(entity, names.get(entity.name) ?? '', uses)),
    ...model.actions.map((action) => actionText(action, names.get(`${action.name} `) ?? '', uses)),
    ...(options.settings.length > 0
      ? [
          interfaceText(
            'What an administrator set for this plugin.',
            'PluginSettings',
            readMembers(options.settings, uses),
          ),
        ]
      : []),
  ]
  const head = [
    `// Written by \`relata types\` from ${options.from}. Do not edit: write it again when metadata changes.`,
    ...(uses.size > 0 ? [importText([...uses].sort())] : []),
  ]
  return `${head.join('\n')}\n\n${[...body, augmentation(model, options, names)].join('\n\n')}\n`
}

/** `sales.lead` → `SalesLead`, each once. Actions are kept apart by a space behind their name. */
function interfaceNames({ entities, actions }: TypedModel): Map<string, string> {
  const taken = new Set<string>(['PluginSettings'])
  const free = (wanted: string): string => {
    let name = wanted
    while (taken.has(name) || taken.has(`${name}Input`)) name += '_'
    taken.add(name).add(`${name}Input`)
    return name
  }
  return new Map([
    ...entities.map(({ name }) => [name, free(pascal(name))] as const),
    ...actions.map(({ name }) => [`${name} `, free(`${pascal(name)}Form`)] as const),
  ])
}

const pascal = (name: string): string =>
  name
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

function entityText(entity: TypedEntity, name: string, uses: Set<string>): string[] {
  uses.add('Standard')
  if (entity.hasOwner) uses.add('Owned').add('Id')
  const title = sentence(entity.label, entity.description)
  const above = ` extends Standard${entity.hasOwner ? ', Owned' : ''}`
  return [
    interfaceText(title, `${name}${above}`, readMembers(entity.fields, uses)),
    interfaceText(`${entity.label}, as it is written.`, `${name}Input`, writeMembers(entity, name, uses)),
  ]
}

function actionText({ name, label, input }: TypedAction, title: string, uses: Set<string>): string {
  return interfaceText(`${label}: the form of ${name}.`, title, readMembers(input, uses))
}

interface Member {
  comment: string
  name: string
  isOptional: boolean
  type: string
}

function readMembers(fields: readonly TypedField[], uses: Set<string>): Member[] {
  return fields.flatMap((field) => {
    const value = valueType(field.type, field.options)
    if (!value) return []
    for (const name of value.uses) if (mentions(value.read, name)) uses.add(name)
    const isSure = field.required || field.type === 'secret' || value.read === 'unknown'
    const type = isSure ? value.read : `${value.read} | null`
    return [{ comment: commentOf(field), name: field.name, isOptional: false, type }]
  })
}

function writeMembers({ fields, hasOwner }: TypedEntity, name: string, uses: Set<string>): Member[] {
  const own = fields.flatMap((field): Member[] => {
    const value = valueType(field.type, field.options)
    if (!value || !field.isWritable) return []
    const isNeeded = field.required && !field.hasDefault
    // A list of options is written once, where the field is read.
    const isListed = field.type === 'choice' || field.type === 'multi_choice'
    const plain = field.required || value.write === 'unknown' ? value.write : `${value.write} | null`
    const type = isListed ? `${name}[${quoted(field.name)}]` : plain
    if (!isListed) for (const used of value.uses) if (mentions(value.write, used)) uses.add(used)
    return [{ comment: '', name: field.name, isOptional: !isNeeded, type }]
  })
  const owners = hasOwner ? ['owner', 'owner_team'] : []
  return [...own, ...owners.map((owner) => ({ comment: '', name: owner, isOptional: true, type: 'Id | null' }))]
}

const mentions = (type: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(type)

function commentOf({ label, help, options, type }: TypedField): string {
  const leads = (options.to ?? []).length > 0 && type !== 'any_reference' ? ` → ${(options.to ?? []).join(', ')}` : ''
  return sentence(`${label}${leads}`, help)
}

const sentence = (first: string, more: string | undefined): string => (more ? `${first}. ${more}` : first)

function interfaceText(title: string, head: string, members: readonly Member[]): string {
  const lines = members.flatMap(({ comment, name, isOptional, type }) => [
    ...(comment === '' ? [] : [`  ${docComment(comment)}`]),
    ...memberText(`${propertyName(name)}${isOptional ? '?' : ''}`, type),
  ])
  if (lines.length > 0) return `${docComment(title)}\nexport interface ${head} {\n${lines.join('\n')}\n}`
  // An interface without members would take anything.
  return head.includes(' extends ')
    ? `${docComment(title)}\nexport interface ${head} {}`
    : `${docComment(title)}\nexport type ${head} = Record<string, never>`
}

function memberText(name: string, type: string): string[] {
  const line = `  ${name}: ${type}`
  if (line.length <= WIDTH || !type.includes(' | ') || type.includes('<')) return [line]
  const list = /^(readonly \()(.*)(\)\[\](?: \| null)?)$/.exec(type)
  const [before = '', inner = type, after = ''] = list?.slice(1) ?? []
  const options = inner.split(' | ').map((option) => `    | ${option}`)
  return before === '' ? [`  ${name}:`, ...options] : [`  ${name}: ${before}`, ...options, `  ${after}`]
}

const docComment = (text: string): string => `/** ${text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */`
const propertyName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name))

function importText(names: readonly string[]): string {
  const line = `import type { ${names.join(', ')} } from 'relata/plugin'`
  return line.length <= WIDTH
    ? line
    : `import type {\n${names.map((name) => `  ${name},`).join('\n')}\n} from 'relata/plugin'`
}

function augmentation(model: TypedModel, { settings, secrets }: PrintOptions, names: Map<string, string>): string {
  const block = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`  interface ${title} {`, ...lines.map((line) => `    ${line}`), '  }']
  const entities = model.entities.map(({ name }) => {
    const type = names.get(name) ?? ''
    return `${quoted(name)}: { read: ${type}; write: ${type}Input }`
  })
  return [
    "declare module 'relata/plugin' {",
    ...block('Entities', entities),
    ...block(
      'Actions',
      model.actions.map(({ name }) => `${quoted(name)}: ${names.get(`${name} `) ?? ''}`),
    ),
    ...(settings.length > 0 ? ['  interface Settings extends PluginSettings {}'] : []),
    ...block(
      'Secrets',
      secrets.flatMap(({ name, label }) => [docComment(label), `${name}: true`]),
    ),
    '}',
  ].join('\n')
}
