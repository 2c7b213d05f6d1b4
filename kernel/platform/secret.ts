// The installation's own keys: from RELATA_SECRET, or a key file in the data folder. The first key seals, every key
// opens, so a new one can be put in front while old values are still around. Keys for different purposes are derived
// apart from each other: whoever learns one learns nothing of the rest.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import path from 'node:path'
import { RelataError } from '../../sdk/errors.ts'
import type { Config } from './config.ts'
import { createPrivately, readIfPresent, writePrivately } from './data-folder.ts'

export interface Keyring {
  /**
   * Encrypt with AES-256-GCM.
   * @param context where the value belongs, such as `secretPlace` of plan/ names it; it opens nowhere else
   * @returns `v1.<key id>.<base64url>`
   */
  seal(plaintext: string, context: string): string
  /** @throws RL500 when it was changed, belongs elsewhere, or its key is gone */
  open(sealed: string, context: string): string
  /** What everything begins with that `seal` makes now. */
  readonly prefix: string
  /** Sealed with an earlier key: seal it again when there is an occasion. */
  isOutdated(sealed: string): boolean
  /** 32 bytes for one purpose, from the first key. */
  derive(purpose: string): Buffer
  /** HMAC-SHA256 as base64url. */
  sign(text: string, purpose: string): string
  /** True for a signature of any key in the ring; takes the same time whatever differs. */
  isSigned(text: string, signature: string, purpose: string): boolean
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

/** @param secrets newest first, at least one; each of at least 32 characters */
export function createKeyring(secrets: readonly string[]): Keyring {
  const keys = secrets.map((secret) => {
    const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', `relata ${purpose}`, 32))
    return { id: derive('key id').toString('hex').slice(0, 8), sealing: derive('seal'), derive }
  })
  const [newest] = keys
  if (!newest) throw new RelataError('RL504', 'There is no secret to derive keys from.')
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

  return {
    prefix: `${VERSION}.${newest.id}.`,
    seal(plaintext, context) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, newest.sealing, iv).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      return [VERSION, newest.id, Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')].join('.')
    },
    open(sealed, context) {
      const [version, id, text] = sealed.split('.')
      const key = keys.find((candidate) => candidate.id === id)
      if (version !== VERSION || text === undefined) throw cannotOpen(context, 'it is not a sealed value')
      if (!key) throw cannotOpen(context, `its key ${id} is not among those given (RELATA_SECRET=new,old keeps it)`)
      const bytes = Buffer.from(text, 'base64url')
      try {
        const decipher = createDecipheriv(CIPHER, key.sealing, bytes.subarray(0, IV_BYTES), {
          authTagLength: TAG_BYTES,
        })
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw cannotOpen(context, 'it was changed, or sealed for another place', cause)
      }
    },
    isOutdated: (sealed) => sealed.split('.')[1] !== newest.id,
    derive: newest.derive,
    sign: (text, purpose) => hmac(newest.derive(purpose), text).toString('base64url'),
    isSigned(text, signature, purpose) {
      const given = Buffer.from(signature, 'base64url')
      return keys
        .map(({ derive }) => hmac(derive(purpose), text))
        .some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
    },
  }
}

function cannotOpen(context: string, why: string, cause?: unknown): RelataError {
  return new RelataError('RL500', `The sealed value of ${context} cannot be opened: ${why}.`, { cause })
}

const keyFile = (dataFolder: string): string => path.join(dataFolder, 'secret.key')
const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * RELATA_SECRET when given, else the key file, made at the first start. The data folder must exist.
 * @returns secrets, newest first
 */
export function readSecrets({ secrets, dataFolder }: Pick<Config, 'secrets' | 'dataFolder'>): readonly string[] {
  if (secrets.length > 0) return secrets
  const file = keyFile(dataFolder)
  createPrivately(file, `${newSecret()}\n`)
  const lines = (readIfPresent(file) ?? '').split('\n').map((line) => line.trim())
  const found = lines.filter((line) => line.length >= 32)
  if (found.length === 0)
    throw new RelataError('RL504', `The key file ${file} holds no key.`, {
      hint: 'Put back the file that was there, or delete it: values sealed with the lost key are then lost.',
    })
  return found
}

/**
 * Put a new key in front of the key file, unless one stands there already from a rotation that was cut off.
 * @returns secrets, newest first
 */
export function beginRotation(dataFolder: string): readonly string[] {
  const present = readSecrets({ secrets: [], dataFolder })
  if (present.length > 1) return present
  const secrets = [newSecret(), ...present]
  writePrivately(keyFile(dataFolder), `${secrets.join('\n')}\n`)
  return secrets
}

/** Leave the newest key alone in the key file: nothing sealed with the others opens any more. */
export function endRotation(dataFolder: string, [newest = '']: readonly string[]): void {
  writePrivately(keyFile(dataFolder), `${newest}\n`)
}
