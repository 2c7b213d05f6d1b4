// What stands in every tenant's schema beside the tables of its entities: versions, history, outbox, jobs. Their names
// begin with an underscore, as no entity's can.
import { ident, sql, toStatement } from '../sql/sql.ts'

/** One statement each. Run once, when the schema is made. */
export function tenantTables(schema: string): string[] {
  const table = (name: string) => ident(schema, name)
  return [
    sql`CREATE SCHEMA ${ident(schema)}`,
    // json and not jsonb: sources come back as their authors wrote them.
    sql`CREATE TABLE ${table('_version')} (
  version int4 PRIMARY KEY,
  sources json NOT NULL,
  snapshot json NOT NULL,
  names json NOT NULL,
  retired json NOT NULL,
  fences json NOT NULL,
  steps json NOT NULL,
  note text,
  at timestamptz NOT NULL DEFAULT now(),
  by uuid
)`,
    sql`CREATE TABLE ${table('_history')} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  record uuid NOT NULL,
  version int4 NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor uuid,
  operation text NOT NULL,
  changes jsonb NOT NULL
)`,
    sql`CREATE INDEX ${ident('_history__record')} ON ${table('_history')} (record, id)`,
    sql`CREATE TABLE ${table('_outbox')} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  record uuid,
  records uuid[],
  version int4,
  metadata int4,
  operation text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor uuid,
  changed text[] NOT NULL
)`,
    sql`CREATE TABLE ${table('_job')} (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  payload json NOT NULL,
  title text NOT NULL,
  state text NOT NULL DEFAULT 'waiting',
  attempts int4 NOT NULL DEFAULT 0,
  error text,
  not_before timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
)`,
    sql`CREATE INDEX ${ident('_job__open')} ON ${table('_job')} (id) WHERE state IN ('waiting', 'running')`,
  ].map((query) => toStatement(query).text)
}
