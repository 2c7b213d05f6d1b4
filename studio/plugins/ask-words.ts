// What a plugin asks for, as lines that an administrator decides by: plain words, what belongs together in one line,
// what reaches beyond the system marked.
import type { Ask } from '../../sdk/plugin/asks.ts'
import type { WireAsked } from '../../sdk/wire/plugins.ts'
import { locale, t } from '../app/i18n.ts'
import { meta, text } from '../app/meta.ts'

export const SUBJECTS = ['records', 'hooks', 'outside', 'itself'] as const
export type Subject = (typeof SUBJECTS)[number]

/** Granted or not as one. */
export interface GrantLine {
  subject: Subject
  /** Name of an icon. */
  icon: string
  text: string
  keys: readonly string[]
  /** Nobody has decided over some of it. */
  isNew: boolean
  /** It lets data out, or strangers in. */
  isDelicate: boolean
}

const ICONS: Readonly<Record<Ask['kind'], string>> = {
  read: 'eye',
  create: 'plus',
  update: 'pencil',
  delete: 'trash-2',
  before: 'shield-check',
  after: 'bell',
  http: 'globe',
  secret: 'key-round',
  mail: 'mail',
  background: 'user-round-cog',
  schedule: 'calendar-clock',
  route: 'webhook',
}

const SUBJECT_OF: Readonly<Record<Ask['kind'], Subject>> = {
  read: 'records',
  create: 'records',
  update: 'records',
  delete: 'records',
  before: 'hooks',
  after: 'hooks',
  http: 'outside',
  secret: 'outside',
  mail: 'outside',
  route: 'outside',
  background: 'itself',
  schedule: 'itself',
}

export function grantLines(asked: readonly WireAsked[]): GrantLine[] {
  const groups = Map.groupBy(asked, ({ ask }) => groupOf(ask))
  return [...groups.values()].flatMap((group) => {
    const asks = group.map(({ ask }) => ask)
    const [first] = asks
    if (!first) return []
    return {
      subject: SUBJECT_OF[first.kind],
      icon: ICONS[first.kind],
      text: lineText(first, asks),
      keys: asks.map(({ key }) => key),
      isNew: group.some(({ isGranted }) => isGranted === null),
      isDelicate:
        first.kind === 'http' || first.kind === 'secret' || (first.kind === 'route' && first.access === 'open'),
    }
  })
}

/** Fields of one entity, and operations of one, are decided over together. */
const groupOf = (ask: Ask): string => ('entity' in ask && ask.kind !== 'delete' ? `${ask.kind} ${ask.entity}` : ask.key)

function lineText(first: Ask, all: readonly Ask[]): string {
  switch (first.kind) {
    case 'read':
    case 'create':
    case 'update': {
      const names = all.flatMap((ask) =>
        'field' in ask && ask.field !== null ? [fieldLabel(first.entity, ask.field)] : [],
      )
      const isEvery = all.some((ask) => 'field' in ask && ask.field === null)
      const entity = plural(first.entity)
      return isEvery
        ? t(`ask.${first.kind}.every`, { entity })
        : t(`ask.${first.kind}`, { entity, fields: listed(names) })
    }
    case 'delete':
      return t('ask.delete', { entity: plural(first.entity) })
    case 'before':
    case 'after': {
      const of = all.flatMap((ask) => ('operation' in ask ? [ask.operation] : []))
      const operations = OPERATIONS.filter((one) => of.includes(one)).map((one) => t(`ask.on.${one}`))
      return t(`ask.${first.kind}`, { entity: plural(first.entity), operations: listed(operations, 'disjunction') })
    }
    case 'http':
      return t('ask.http', { host: first.host })
    case 'secret':
      return t('ask.secret', { secret: first.secret, host: first.host })
    case 'mail':
      return t('ask.mail')
    case 'background':
      return t('ask.background')
    case 'schedule':
      return t('ask.schedule', { job: first.job, schedule: first.schedule, zone: first.timeZone })
    case 'route':
      return t(`ask.route.${first.access}`, { address: `${first.method} ${first.path}` })
  }
}

const OPERATIONS = ['create', 'update', 'delete', 'restore'] as const

const listed = (words: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string =>
  new Intl.ListFormat(locale(), { type }).format(words)

/** What is not published yet is called by its name. */
export const plural = (entity: string): string => text(meta.entity(entity)?.plural) || entity
const fieldLabel = (entity: string, field: string): string => text(meta.field(entity, field)?.label) || field
