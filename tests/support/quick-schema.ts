import type { Snapshot } from '../../sdk/metadata/snapshot.ts'

const q = (name: string): string => `"${name}"`

export function quickDdl(snapshot: Snapshot): string {
  const s = q(snapshot.schema)
  const out = [`CREATE SCHEMA ${s}`]
  out.push(
    `CREATE TABLE ${s}._history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entity text NOT NULL, record uuid NOT NULL, version int4 NOT NULL, at timestamptz NOT NULL DEFAULT now(), actor uuid, operation text NOT NULL, changes jsonb NOT NULL)`,
  )
  out.push(`CREATE INDEX ON ${s}._history (record, id)`)
  out.push(
    `CREATE TABLE ${s}._outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entity text NOT NULL, record uuid, records uuid[], version int4, at timestamptz NOT NULL DEFAULT now(), actor uuid, operation text NOT NULL, changed text[] NOT NULL DEFAULT '{}')`,
  )
  for (const entity of snapshot.entities) {
    const owners = entity.ownership === 'user' || entity.ownership === 'team' ? ['owner uuid', 'owner_team uuid'] : []
    const columns = entity.fields.flatMap((f) => f.columns.map((c) => `${q(c.column)} ${c.sqlType}`))
    out.push(
      `CREATE TABLE ${s}.${q(entity.table)} (id uuid PRIMARY KEY, version int4 NOT NULL DEFAULT 1, display_name text, created_at timestamptz NOT NULL DEFAULT now(), created_by uuid, updated_at timestamptz NOT NULL DEFAULT now(), updated_by uuid, deleted_at timestamptz${[...owners, ...columns].map((c) => `, ${c}`).join('')})`,
    )
    for (const f of entity.fields) {
      if (f.options.sequence) out.push(`CREATE SEQUENCE ${s}.${q(f.options.sequence)}`)
      if (f.indexed || f.options.to)
        for (const c of f.columns) out.push(`CREATE INDEX ON ${s}.${q(entity.table)} (${q(c.column)}, id)`)
    }
    for (const u of entity.uniques) {
      const cols = u.fields.flatMap(
        (n) => entity.fields.find((f) => f.name === n)?.columns.map((c) => q(c.column)) ?? [],
      )
      out.push(
        `CREATE UNIQUE INDEX ${q(u.index)} ON ${s}.${q(entity.table)} (${cols.join(', ')}) WHERE deleted_at IS NULL`,
      )
    }
    const sides = entity.fields.flatMap((f) => (f.options.rollup ? [f.options.rollup] : []))
    if (sides[0])
      out.push(
        `CREATE TABLE ${s}.${q(sides[0].table)} (id uuid PRIMARY KEY${sides.flatMap((r) => r.columns.map((c) => `, ${q(c.column)} ${c.sqlType}`)).join('')})`,
      )
  }
  return out.join(';\n')
}
