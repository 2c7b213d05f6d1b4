// What stands in every tenant's schema beside the tables of its entities: versions, history, outbox, jobs, plugins. Their
// names begin with an underscore, as no entity's can.
import { ident, literal, type Sql, sql, toStatement } from '../sql/sql.ts'

/** One statement each. Run when the schema is made, and again when a newer server brings the kernel's own package. */
export function tenantTables(schema: string): string[] {
  const table = (name: string) => ident(schema, name)
  return [
    sql`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`,
    // json and not jsonb: sources come back as their authors wrote them.
    sql`CREATE TABLE IF NOT EXISTS ${table('_version')} (
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
    sql`CREATE TABLE IF NOT EXISTS ${table('_history')} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  record uuid NOT NULL,
  version int4 NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor uuid,
  operation text NOT NULL,
  changes jsonb NOT NULL,
  on_behalf uuid
)`,
    sql`ALTER TABLE ${table('_history')} ADD COLUMN IF NOT EXISTS on_behalf uuid`,
    sql`CREATE INDEX IF NOT EXISTS ${ident('_history__record')} ON ${table('_history')} (record, id)`,
    sql`CREATE TABLE IF NOT EXISTS ${table('_outbox')} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entity text NOT NULL,
  record uuid,
  records uuid[],
  version int4,
  metadata int4,
  operation text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor uuid,
  changed text[] NOT NULL,
  on_behalf uuid,
  depth int4 NOT NULL DEFAULT 0,
  dispatched_at timestamptz
)`,
    sql`ALTER TABLE ${table('_outbox')} ADD COLUMN IF NOT EXISTS on_behalf uuid, ADD COLUMN IF NOT EXISTS depth int4 NOT NULL DEFAULT 0`,
    ...dispatched(schema),
    sql`CREATE TABLE IF NOT EXISTS ${table('_job')} (
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
    sql`CREATE INDEX IF NOT EXISTS ${ident('_job__open')} ON ${table('_job')} (id) WHERE state IN ('waiting', 'running')`,
    ...pluginTables(schema),
  ].map((query) => toStatement(query).text)
}

/** What was written before there was anybody to hear of it is not told. */
function dispatched(schema: string): Sql[] {
  const [outbox, name] = [ident(schema, '_outbox'), literal('_outbox')]
  return [
    sql`DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = ${literal(schema)} AND table_name = ${name} AND column_name = 'dispatched_at') THEN
    ALTER TABLE ${outbox} ADD COLUMN dispatched_at timestamptz DEFAULT now();
    ALTER TABLE ${outbox} ALTER COLUMN dispatched_at DROP DEFAULT;
  END IF;
END $$`,
    sql`CREATE INDEX IF NOT EXISTS ${ident('_outbox__open')} ON ${outbox} (id) WHERE dispatched_at IS NULL`,
  ]
}

/** kernel/plugins. The archive is kept as it came, so that what runs can be shown to be what was signed. */
function pluginTables(schema: string): Sql[] {
  const table = (name: string) => ident(schema, name)
  return [
    sql`CREATE TABLE IF NOT EXISTS ${table('_plugin')} (
  name text PRIMARY KEY,
  version text NOT NULL,
  label json NOT NULL,
  state text NOT NULL,
  manifest json NOT NULL,
  behaviour json NOT NULL,
  code text NOT NULL,
  source_map text,
  hash text NOT NULL,
  archive bytea,
  archive_hash text NOT NULL,
  signer text,
  is_development bool NOT NULL DEFAULT false,
  grants json NOT NULL,
  refused json NOT NULL DEFAULT '[]',
  settings json NOT NULL,
  error text,
  user_id uuid NOT NULL,
  next json,
  installed_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now()
)`,
    sql`CREATE TABLE IF NOT EXISTS ${table('_plugin_secret')} (
  plugin text NOT NULL,
  name text NOT NULL,
  sealed text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plugin, name)
)`,
    sql`CREATE TABLE IF NOT EXISTS ${table('_plugin_log')} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  plugin text NOT NULL,
  version text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  level text NOT NULL,
  kind text NOT NULL,
  entry text NOT NULL,
  message text NOT NULL,
  stack text,
  actor uuid
)`,
    sql`CREATE INDEX IF NOT EXISTS ${ident('_plugin_log__plugin')} ON ${table('_plugin_log')} (plugin, id)`,
    sql`CREATE TABLE IF NOT EXISTS ${table('_plugin_usage')} (
  plugin text NOT NULL,
  hour timestamptz NOT NULL,
  kind text NOT NULL,
  entry text NOT NULL,
  calls bigint NOT NULL DEFAULT 0,
  failures bigint NOT NULL DEFAULT 0,
  refusals bigint NOT NULL DEFAULT 0,
  limits bigint NOT NULL DEFAULT 0,
  wall_ms float8 NOT NULL DEFAULT 0,
  cpu_ms float8 NOT NULL DEFAULT 0,
  slowest_ms float8 NOT NULL DEFAULT 0,
  host_calls bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (plugin, hour, kind, entry)
)`,
    sql`CREATE TABLE IF NOT EXISTS ${table('_plugin_done')} (
  plugin text NOT NULL,
  work text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plugin, work)
)`,
    sql`CREATE TABLE IF NOT EXISTS ${table('_plugin_migration')} (
  plugin text NOT NULL,
  version text NOT NULL,
  name text NOT NULL,
  cursor json,
  done_at timestamptz,
  error text,
  PRIMARY KEY (plugin, version, name)
)`,
  ]
}
