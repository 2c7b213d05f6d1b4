// Addresses of databases. The embedded one listens on a Unix socket only, written as libpq writes it, with the folder
// in the host's place: postgres://user:password@%2Fpath%2Fof%2Ffolder:5432/database. psql takes it as it is; postgres.js
// does not decode the host, hence socketHost().

export interface PostgresAddress {
  /** Host name, or the absolute folder of a Unix socket. */
  host: string
  port: number
  user: string
  password: string
  database: string
}

export function postgresUrl({ host, port, user, password, database }: PostgresAddress): string {
  const [name, secret, place, base] = [user, password, host, database].map(encodeURIComponent)
  return `postgres://${name}:${secret}@${place}:${port}/${base}`
}

/** Options to spread into postgres(url, …): `{ host }` for a socket address, else nothing. */
export function socketHost(url: string): { host?: string } {
  const host = decodeURIComponent(new URL(url).hostname)
  return host.startsWith('/') ? { host } : {}
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${encodeURIComponent(database)}`
  return parsed.href
}
