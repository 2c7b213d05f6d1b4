// A million cases of which one role sees a tenth, another a hundredth, another a thousandth: by team, by a rule across a
// relation, by shares.
import type { PackageSource } from '../../../sdk/metadata/source.ts'
import { benchRow, COLUMNS } from './bench-entity.ts'
import type { Client } from './requests.ts'

/** Parts of the rows that somebody sees. */
export const PARTS = ['10 %', '1 %', '0.1 %'] as const
export type Part = (typeof PARTS)[number]
const SHARE: Readonly<Record<Part, number>> = { '10 %': 10, '1 %': 100, '0.1 %': 1_000 }
const ZONES = 1_000

const grants = (read: unknown) => ({ case: { read }, zone: { read: 'all' } })

export const ACCESS_PACKAGE: PackageSource = {
  name: 'bench',
  files: {
    'package.json': { name: 'bench', version: '1.0.0', label: 'Bench', requires: { system: '*' } },
    'entities/zone.json': {
      name: 'zone',
      ownership: 'none',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'part', type: 'text', indexed: true },
      ],
    },
    'entities/case.json': {
      name: 'case',
      display_name: 'name',
      ownership: 'user',
      search: false,
      fields: [
        ...COLUMNS.map((column) => column.field),
        { name: 'zone', type: 'reference', to: 'zone', indexed: true },
      ],
    },
    'roles/team.json': { name: 'team', label: 'Team', entities: grants('team') },
    'roles/shared.json': { name: 'shared', label: 'Shared', entities: grants('shared') },
    ...Object.fromEntries(
      PARTS.map((part, index) => [
        `roles/rule_${index}.json`,
        {
          name: `rule_${index}`,
          label: part,
          entities: grants({ rule: { '==': [{ var: 'zone.part' }, part] } }),
        },
      ]),
    ),
  },
}

/** An actor of the bench: who asks with this key. */
export interface Reader {
  what: string
  part: Part
  userId: string
  headers: Record<string, string>
}

const api = '/api/v1/bench'

const post = async (client: Client, path: string, body: unknown) =>
  JSON.parse((await client.send({ method: 'POST', path: `${api}/${path}`, body: JSON.stringify(body) })).text)

export async function makeReaders(
  client: Client,
  readerOf: (key: string) => Promise<Omit<Reader, 'what' | 'part'>>,
): Promise<Reader[]> {
  const readers: Reader[] = []
  for (const [index, part] of PARTS.entries()) {
    for (const [what, role] of [
      ['own and team', 'bench.team'],
      ['rule across a relation', `bench.rule_${index}`],
      ['shares', 'bench.shared'],
    ] as const) {
      const { key } = await post(client, 'keys', { name: `${what} ${part}`, role })
      readers.push({ what, part, ...(await readerOf(key)) })
    }
  }
  return readers
}

/** @returns ids of the teams by part: each has the reader of `own and team` as its member */
export async function makeTeams(client: Client, readers: readonly Reader[]): Promise<Record<Part, string>> {
  const teams: Partial<Record<Part, string>> = {}
  for (const reader of readers.filter(({ what }) => what === 'own and team')) {
    const { id } = await post(client, 'records/system.team', { name: reader.part })
    await post(client, 'records/system.team_members', { team: id, user: reader.userId })
    teams[reader.part] = id
  }
  return teams as Record<Part, string>
}

/** @returns ids of the zones; the first is the one of `0.1 %`, the next nine and those after make up the others */
export async function makeZones(client: Client): Promise<string[]> {
  const ids: string[] = []
  for (let number = 0; number < ZONES; number++) {
    const part: Part | null = number < 1 ? '0.1 %' : number < 11 ? '1 %' : number < 111 ? '10 %' : null
    ids.push((await post(client, 'records/bench.zone', { name: `Zone ${number}`, part })).id)
  }
  return ids
}

const partOf = (number: number): Part | undefined => {
  const mixed = Math.imul(number + 17, 2_246_822_519) >>> 0
  return PARTS.find(
    (part, index) =>
      mixed % 10_000 < 10_000 / SHARE[part] &&
      (index === 2 || mixed % 10_000 >= 10_000 / SHARE[PARTS[index + 1] ?? '0.1 %']),
  )
}

/** The row of this number: owned by the team of its part, in a zone by chance. */
export function caseRow(number: number, teams: Record<Part, string>, zones: readonly string[]): object {
  const part = partOf(number)
  const zone = zones[(Math.imul(number + 5, 3_266_489_917) >>> 0) % ZONES]
  return { ...benchRow(number), zone, ...(part ? { owner_team: teams[part] } : {}) }
}

/** One line of JSON a share, for the bulk door. */
export function shareLines(readers: readonly Reader[], ids: readonly string[]): string[] {
  return readers
    .filter(({ what }) => what === 'shares')
    .flatMap(({ part, userId }) =>
      ids
        .filter((_, index) => index % SHARE[part] === 0)
        .map((id) =>
          JSON.stringify({
            on: { entity: 'bench.case', id },
            principal: { entity: 'system.user', id: userId },
            access: 'read',
          }),
        ),
    )
}
