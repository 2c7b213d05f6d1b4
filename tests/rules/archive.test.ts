// The file that a plugin travels as: what goes in comes out, whatever is changed on the way is found, and no file is
// unpacked that could hurt.
import fc from 'fast-check'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { RelataError } from '../../sdk/errors.ts'
import {
  MAX_CODE_BYTES,
  packArchive,
  type PluginArchive,
  type PluginParts,
  readArchive,
} from '../../sdk/plugin/archive.ts'
import { NO_BEHAVIOUR } from '../../sdk/plugin/behaviour.ts'
import { createSigningKey } from '../../sdk/plugin/signature.ts'
import { pack } from '../support/packages.ts'

const key = createSigningKey()
const runs = process.env['RELATA_TEST_LONG'] ? 1_000 : 100

const parts = (more: Partial<PluginParts> = {}): PluginParts => ({
  source: pack('shop', { 'entities/thing.json': { name: 'thing', fields: [{ name: 'name', type: 'text' }] } }),
  manifest: { permissions: { http: ['api.example.org'] } },
  behaviour: NO_BEHAVIOUR,
  code: 'globalThis.x = 1',
  sourceMap: null,
  readme: '# Shop',
  ...more,
})

function refusal(bytes: Uint8Array): RelataError {
  try {
    readArchive(bytes)
  } catch (error) {
    if (error instanceof RelataError) return error
    throw error
  }
  throw new Error('was not refused')
}
const problemsOf = (bytes: Uint8Array): string[] =>
  refusal(bytes).problems.map(({ file, path, message }) => `${file}${path} ${message}`)

function readOrRefuse(bytes: Uint8Array): PluginArchive | undefined {
  try {
    return readArchive(bytes)
  } catch (error) {
    if (error instanceof RelataError) return undefined
    throw error
  }
}

/** The same zip with some files changed, added or (null) taken out. */
function rezip(bytes: Uint8Array, changes: Record<string, string | null>): Uint8Array {
  const files = unzipSync(bytes)
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) delete files[path]
    else files[path] = strToU8(text)
  }
  return zipSync(files)
}

describe('an archive', () => {
  test('gives back what was put into it, in the same bytes each time', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(texts, fc.option(texts), fc.json(), (code, readme, settings) => {
        const given = parts({
          code,
          readme,
          sourceMap: null,
          source: pack('shop', { 'entities/thing.json': JSON.parse(settings) }),
        })
        const bytes = packArchive(given)
        expect(Buffer.from(bytes).equals(packArchive(given))).toBe(true)
        const read = readArchive(bytes)
        expect(read).toMatchObject({ name: 'shop', version: '1.0.0', code, readme, signer: null })
        expect(read.source).toEqual(JSON.parse(JSON.stringify(given.source)))
      }),
      { numRuns: runs },
    )
  })

  test('signed, tells whose key it was; the order of files changes nothing', () => {
    const bytes = packArchive(parts(), key.privatePem)
    const read = readArchive(bytes)
    expect(read.signer).toBe(key.fingerprint)
    const other = zipSync(Object.fromEntries(Object.entries(unzipSync(bytes)).reverse()), { level: 0 })
    expect(readArchive(other)).toMatchObject({ hash: read.hash, signer: key.fingerprint })
  })

  test('of metadata alone has no code', () => {
    expect(readArchive(packArchive(parts({ code: null })))).toMatchObject({ code: null, behaviour: NO_BEHAVIOUR })
  })
})

describe('tampering', () => {
  const signed = packArchive(parts(), key.privatePem)
  const files = unzipSync(signed)

  test('with any byte of any file is found', () => {
    const places = Object.entries(files).flatMap(([path, bytes]) => [...bytes.keys()].map((at) => ({ path, at })))
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.integer({ min: 1, max: 255 }), ({ path, at }, flip) => {
        const changed = Uint8Array.from(files[path] ?? [])
        changed[at] = (changed[at] ?? 0) ^ flip
        const bytes = zipSync({ ...files, [path]: changed })
        // Signs that mean the same, such as another padding of base64, are no change.
        const same = path === 'signature.json' && isSameJson(changed, files[path])
        if (!same) expect(refusal(bytes).code).toBe('RL408')
      }),
      { numRuns: runs * 5 },
    )
  })

  test('with any byte of the zip is found, or makes no difference', () => {
    const before = readArchive(signed)
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(signed)
        changed[at] = (changed[at] ?? 0) ^ flip
        const after = readOrRefuse(changed)
        // Without its signature a package can be read; the server asks before it takes the place of a signed one.
        if (after && after.signer !== null) expect(after).toEqual(before)
      }),
      { numRuns: runs * 5 },
    )
  })

  test('with a byte behind the key is found: it would give the same key another fingerprint', () => {
    const signature = JSON.parse(new TextDecoder().decode(files['signature.json']))
    const key = signature.key.replace(/=$/, 'A')
    const found = expect.stringContaining('signature.json does not fit')
    expect(problemsOf(rezip(signed, { 'signature.json': JSON.stringify({ ...signature, key }) }))).toEqual([found])
  })

  test('by moving, adding, taking out or exchanging is found', () => {
    const found = expect.stringContaining('signature.json does not fit')
    expect(problemsOf(rezip(signed, { 'README.md': null }))).toEqual([found])
    expect(problemsOf(rezip(signed, { 'metadata/entities/more.json': '{}' }))).toEqual([found])
    const moved = { 'metadata/entities/thing.json': null, 'metadata/entities/other.json': '{"name":"thing"}' }
    expect(problemsOf(rezip(signed, moved))).toEqual([found])
    const others = unzipSync(packArchive(parts({ code: 'other' }), createSigningKey().privatePem))
    const theirs = new TextDecoder().decode(others['signature.json'])
    expect(problemsOf(rezip(signed, { 'signature.json': theirs }))).toEqual([found])
  })

  test('by taking the signature out leaves a package that nobody signed', () => {
    expect(readArchive(rezip(signed, { 'signature.json': null })).signer).toBeNull()
  })
})

const isSameJson = (a: Uint8Array, b: Uint8Array | undefined): boolean => {
  try {
    const [one, two] = [a, b ?? new Uint8Array()].map((bytes) => JSON.parse(new TextDecoder().decode(bytes)))
    const bytesOf = (text: unknown) => Buffer.from(String(text), 'base64').toString('hex')
    return (
      one.algorithm === two.algorithm &&
      bytesOf(one.key) === bytesOf(two.key) &&
      bytesOf(one.signature) === bytesOf(two.signature)
    )
  } catch {
    return false
  }
}

describe('what is no plugin package', () => {
  const plain = packArchive(parts())

  test('is refused with every problem at once', () => {
    const bytes = rezip(plain, {
      'plugin.json': JSON.stringify({ permisions: {}, secrets: { A: { label: 'A', hosts: ['other.example.org'] } } }),
      'behaviour.json': '{',
      'metadata/package.json': JSON.stringify({ name: 'Shop', label: 'x', version: '1' }),
    })
    expect(problemsOf(bytes)).toEqual([
      expect.stringContaining('metadata/package.json/name'),
      expect.stringContaining('metadata/package.json/version'),
      expect.stringContaining('plugin.json/permisions “permisions” is not known here'),
      expect.stringContaining('behaviour.json is not JSON'),
    ])
    expect(problemsOf(rezip(plain, { 'behaviour.json': null }))).toEqual(['behaviour.json is missing beside code.js'])
    const hosts = { permissions: {}, secrets: { A: { label: 'A', hosts: ['api.example.org'] } } }
    expect(problemsOf(rezip(plain, { 'plugin.json': JSON.stringify(hosts) }))[0]).toContain(
      'not among permissions.http',
    )
  })

  test.each(['../evil.json', '/etc/passwd', 'metadata/../../x.json', 'metadata\\entities\\x.json', '_proto_', 'a.sh'])(
    'has no file “%s”',
    (path) => {
      const bytes = zipSync({ ...unzipSync(plain), [path]: strToU8('{}') })
      expect(problemsOf(bytes)).toEqual([expect.stringContaining('has no place in a plugin package')])
    },
  )

  test('a bomb is refused before it is unpacked', () => {
    const zeros = (bytes: number) => '0'.repeat(bytes)
    expect(problemsOf(rezip(plain, { 'code.js': zeros(MAX_CODE_BYTES + 1) }))[0]).toContain('is larger than 4 MB')
    expect(problemsOf(rezip(plain, { 'code.js': zeros(3_000_000) }))[0]).toContain('more than 100 times its size')
    const many = Object.fromEntries([...Array(2_100).keys()].map((at) => [`metadata/views/v${at}.json`, '{}']))
    expect(problemsOf(rezip(plain, many))[0]).toContain('more than 2000 files')
    const large = Object.fromEntries(
      [...Array(20).keys()].map((at) => [`metadata/views/v${at}.json`, zeros(1_900_000)]),
    )
    expect(problemsOf(rezip(plain, large))[0]).toContain('unpacks to more than 30 MB')
  })

  test('a file that unpacks to more than the directory says does not unpack', () => {
    const bytes = Buffer.from(rezip(plain, { 'code.js': 'x'.repeat(50_000) }))
    // The size before packing, in the central directory: 24 bytes into the entry, whose name begins at 46.
    const at = bytes.lastIndexOf('code.js') - 46
    bytes.writeUInt32LE(10, at + 24)
    expect(refusal(bytes).code).toBe('RL408')
  })

  test.each([new Uint8Array(), strToU8('no zip at all'), strToU8('PK\u0005\u0006')])('nor are these bytes', (bytes) => {
    expect(refusal(bytes).code).toBe('RL408')
  })
})
