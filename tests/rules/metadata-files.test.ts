import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metadataSchemas } from '../../sdk/metadata/json-schema.ts'
import { findJsonFault, lineAndColumn } from '../../sdk/metadata/json-text.ts'
import { readPackage, readPackageFolder } from '../../sdk/metadata/read-package.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'package-'))
  await mkdir(path.join(folder, 'entities'))
})
afterAll(() => rm(folder, { recursive: true }))
const put = (name: string, text: string | Uint8Array) => writeFile(path.join(folder, name), text)

test('[C50] a package folder becomes a source', async () => {
  await put('package.json', '{ "name": "base", "version": "1.0.0", "label": "Base" }')
  await put('entities/person.json', '{ "name": "person" }')
  await put('entities/.hidden.json', 'x')
  await put('README.md', '# Base')
  expect(await readPackageFolder(folder)).toEqual({
    name: 'base',
    files: {
      'package.json': { name: 'base', version: '1.0.0', label: 'Base' },
      'entities/person.json': { name: 'person' },
    },
  })
})

test('[C50] every file that is not JSON is named, with line and column', async () => {
  await put('entities/broken.json', '{\n  "name": "x",\n  "label": "X",,\n}')
  await put('entities/twice.json', '{ "name": "x", "name": "y" }')
  await put('entities/bytes.json', Uint8Array.of(0x7b, 0xff, 0x7d))
  const { problems, source } = await readPackage(folder)
  expect(problems).toEqual([
    {
      path: '',
      key: 'json_syntax',
      message: expect.stringContaining('line 3, column 16: '),
      params: { line: 3, column: 16 },
      package: 'base',
      file: 'entities/broken.json',
    },
    { path: '', key: 'unreadable', message: 'the file is not UTF-8', package: 'base', file: 'entities/bytes.json' },
    {
      path: '',
      key: 'json_syntax',
      message: 'line 1, column 16: the member "name" stands here twice',
      params: { line: 1, column: 16 },
      package: 'base',
      file: 'entities/twice.json',
    },
  ])
  expect(Object.keys(source.files)).toEqual(['package.json', 'entities/person.json'])
  await expect(readPackageFolder(folder)).rejects.toMatchObject({ code: 'RL200', problems })
})

test('[C50] a folder without a manifest says so', async () => {
  const { problems, source } = await readPackage(path.join(folder, 'entities'))
  expect(source.name).toBe('entities')
  expect(problems).toMatchObject([{ file: 'package.json', key: 'unreadable' }])
})

test('[C50] faults are found exactly where JSON.parse refuses', () => {
  const text = fc.oneof(
    fc.json(),
    fc
      .tuple(fc.json(), fc.nat(30), fc.constantFrom('', ',', '"', '}', ']', '01', '\n', 'tru', '\u0000', '\\'))
      .map(([json, at, piece]) => json.slice(0, at) + piece + json.slice(at + 1)),
  )
  fc.assert(
    fc.property(text, (one) => {
      const isJson = (() => {
        try {
          JSON.parse(one)
          return true
        } catch {
          return false
        }
      })()
      const fault = findJsonFault(one)
      if (!fault?.message.includes('twice')) expect([one, fault === undefined]).toEqual([one, isJson])
    }),
    { numRuns: 1000 },
  )
  expect(findJsonFault('['.repeat(100_000))).toMatchObject({ offset: 201 })
  expect(lineAndColumn('a\nbc', 3)).toEqual({ line: 2, column: 2 })
})

test('[C51] the schemas for editors are up to date (npm run schemas)', async () => {
  for (const [name, text] of Object.entries(metadataSchemas())) {
    expect(await readFile(path.join(import.meta.dirname, '../../sdk/schemas', name), 'utf8')).toBe(text)
  }
})
