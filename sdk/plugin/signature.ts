// Who made a package: an Ed25519 signature over the hash of its contents. A key vouches for nobody by itself; the server
// remembers which key signed a plugin first and asks when another one signs a later version. Node only.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'

const Base64 = (length: number) => Type.String({ pattern: `^[A-Za-z0-9+/]{${length - 2}}[A-Za-z0-9+/=]{2}$` })

/** signature.json */
export const Signature = Type.Object(
  {
    algorithm: Type.Literal('ed25519'),
    /** Public key: SubjectPublicKeyInfo, DER, base64. */
    key: Base64(60),
    signature: Base64(88),
  },
  { additionalProperties: false },
)
export type Signature = Static<typeof Signature>

/** A signature of this can be mistaken for one of nothing else. */
const messageOf = (hash: string): Buffer => Buffer.from(`relata plugin package ${hash}`)

export interface SigningKey {
  /** PKCS 8, PEM: to be kept secret. */
  privatePem: string
  fingerprint: string
}

export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: fingerprintOf(publicKey.export({ type: 'spki', format: 'der' })),
  }
}

/** @throws TypeError when the key is none of Ed25519 */
export function signHash(hash: string, privatePem: string): Signature {
  const key = createPrivateKey(privatePem)
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('The key is not an Ed25519 key.')
  return {
    algorithm: 'ed25519',
    key: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    signature: sign(null, messageOf(hash), key).toString('base64'),
  }
}

/** @returns the fingerprint of the key, or undefined when it did not sign this */
export function signerOf(hash: string, { key, signature }: Signature): string | undefined {
  const [der, signed] = [Buffer.from(key, 'base64'), Buffer.from(signature, 'base64')]
  try {
    const publicKey = createPublicKey({ key: der, type: 'spki', format: 'der' })
    if (publicKey.asymmetricKeyType !== 'ed25519') return undefined
    // A byte behind the key, which a reader of DER passes over, would give the same key another fingerprint.
    if (!publicKey.export({ type: 'spki', format: 'der' }).equals(der)) return undefined
    return verify(null, messageOf(hash), publicKey, signed) ? fingerprintOf(der) : undefined
  } catch {
    return undefined
  }
}

/** As people compare it: `SHA256:…`, 43 signs. */
const fingerprintOf = (der: Buffer): string => `SHA256:${createHash('sha256').update(der).digest('base64url')}`
