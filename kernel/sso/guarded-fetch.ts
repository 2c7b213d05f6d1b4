// Where an administrator of a tenant may send the server by naming a provider: to https addresses outside its own
// network (OWASP, server-side request forgery). A name that changes between the look and the request meets a certificate
// that is not its own. An installation within a company may allow its own network.
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import type { CustomFetch } from 'openid-client'
import { RelataError } from '../../sdk/errors.ts'

const PRIVATE = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6')

const isPrivate = (address: string): boolean => PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** @throws RL206 */
export async function requireOutside(url: URL, allowsPrivate: boolean): Promise<void> {
  if (url.protocol !== 'https:' && !(allowsPrivate && url.protocol === 'http:'))
    throw notAllowed('must begin with https://')
  if (allowsPrivate) return
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => [])
  if (found.length === 0) throw notAllowed('is not known')
  if (found.some(({ address }) => isPrivate(address))) throw notAllowed('leads into the network of the server')
}

const notAllowed = (message: string) =>
  new RelataError('RL206', `The address of the identity provider ${message}.`, {
    problems: [{ path: '/issuer', key: 'bad_issuer', message }],
  })

const MOST_BYTES = 1_000_000

async function readLimited({ body }: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!body) return null
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('The identity provider answers too much.')
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** For `openid-client`, which follows no redirects. */
export function guardedFetch(allowsPrivate: boolean): CustomFetch {
  return async (url, { body, ...options }) => {
    await requireOutside(new URL(url), allowsPrivate)
    const response = await fetch(url, body === undefined ? options : { ...options, body })
    const { status, headers } = response
    return new Response(await readLimited(response), { status, headers })
  }
}
