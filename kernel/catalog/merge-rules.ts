// How each kind of thing is merged: the table that merge.ts reads.
import { identifyPlain, identifyQualified } from './identity.ts'
import type { MergeRules } from './merge.ts'

const TEXT = { how: 'text' } as const
const UNION = { how: 'union' } as const
const list = (members: MergeRules) => ({ how: 'list', identify: identifyPlain, members }) as const

const OPTIONS = list({ label: TEXT })
const fieldMembers: MergeRules = { label: TEXT, help: TEXT, inverse_label: TEXT, aliases: UNION, options: OPTIONS }

export function entityRules(home: string): MergeRules {
  return {
    label: TEXT,
    plural: TEXT,
    description: TEXT,
    aliases: UNION,
    traits: UNION,
    access_from: UNION,
    fields: {
      how: 'list',
      identify: identifyQualified(home, 'type'),
      // Forms and rules of lower layers may still name a field that is taken out; they are told so.
      keepsRemoved: true,
      members: { ...fieldMembers, link_fields: list(fieldMembers) },
    },
    uniques: { how: 'list', identify: identifyQualified(home, 'fields'), members: { message: TEXT } },
    validations: { how: 'list', identify: identifyQualified(home, 'rule'), members: { message: TEXT } },
    duplicates: { how: 'list', identify: identifyQualified(home, 'match'), members: { message: TEXT } },
  }
}

const END = { how: 'record', members: { entities: UNION, traits: UNION, role: TEXT } } as const
export const relationshipRules: MergeRules = { label: TEXT, reverse_label: TEXT, description: TEXT, from: END, to: END }

export const formRules: MergeRules = {
  label: TEXT,
  tabs: list({
    label: TEXT,
    sections: list({
      label: TEXT,
      items: list({ text: TEXT, related: { how: 'record', members: { label: TEXT } } }),
    }),
  }),
}

export const viewRules: MergeRules = { label: TEXT, columns: list({}) }

export const appRules: MergeRules = {
  label: TEXT,
  description: TEXT,
  navigation: list({ label: TEXT, group: TEXT }),
}

export function actionRules(home: string): MergeRules {
  const input = { how: 'list', identify: identifyQualified(home, 'type'), members: fieldMembers } as const
  return { label: TEXT, description: TEXT, confirm: TEXT, on: UNION, input }
}

export const roleRules: MergeRules = { label: TEXT, description: TEXT, entities: { how: 'record', each: {} } }
