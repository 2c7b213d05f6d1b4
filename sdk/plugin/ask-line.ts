// The line of plugin.json that asks for what was missing: read off the key of what was not granted (asks.ts).

/** undefined: nothing in plugin.json would help, as for hooks and routes, which the code itself asks for. */
export function manifestLine(key: string): string | undefined {
  const colon = key.indexOf(':')
  const [kind, what] = colon < 0 ? [key, ''] : [key.slice(0, colon), key.slice(colon + 1)]
  switch (kind) {
    case 'read':
    case 'create':
    case 'update': {
      const [home = '', name = '', field] = what.split('.')
      return inRecords(`${home}.${name}`, `"${kind}": ${field === undefined ? 'true' : `["${field}"]`}`)
    }
    case 'delete':
      return inRecords(what, '"delete": true')
    case 'http':
      return `"permissions": { "http": ["${what}"] }`
    case 'mail':
    case 'background':
      return `"permissions": { "${kind}": true }`
    case 'secret': {
      const [secret = '', host = ''] = what.split('@')
      return `"secrets": { "${secret}": { "hosts": ["${host}"] } }`
    }
    default:
      return undefined
  }
}

const inRecords = (entity: string, right: string): string =>
  `"permissions": { "records": { "${entity}": { ${right} } } }`
