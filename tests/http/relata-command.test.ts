// The life of a package on the command line, against the real server: the walk that docs/metadata.md describes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import { type Ran, runRelata } from '../support/run-relata.ts'
import { signIn } from '../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'relata-walk-'))
const file = path.join(folder, 'workshop/entities/bicycle.json')
let server: ServerUnderTest
let place: RelataPlace

beforeAll(async () => {
  server = await startServer()
  place = await makePlace(server.url, await signIn(server.url), 'walk')
}, 90_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

const relata = (...args: string[]): Promise<Ran> => runRelata(args, { cwd: folder, env: place.env })

function setFields(...fields: object[]): void {
  const entity = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...entity, fields: [{ name: 'name', type: 'text' }, ...fields] }, null, 2))
}

test('a package is begun, published, changed, dropped from and restored', { timeout: 60_000 }, async () => {
  await relata('new', 'package', 'workshop')
  await relata('new', 'entity', 'bicycle', '--in', 'workshop')
  expect(await relata('apply', 'workshop', '--yes')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/\+ add entity Bicycle\n[\s\S]*Version 2 is published\./),
  })
  const { id } = await place.relata.records.create('workshop.bicycle', { name: 'Green one' })

  setFields({ name: 'color', type: 'text' }, { name: 'prize', type: 'money', rate_date: 'bought_on' })
  expect(await relata('plan', 'workshop')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/bicycle\.json:\d+ \/fields\/2\/rate_date: .*“bought_on”/),
  })

  setFields({ name: 'color', type: 'text' })
  expect(await relata('apply', 'workshop', '--yes', '--note', 'colours')).toMatchObject({ code: 0 })
  await place.relata.records.update('workshop.bicycle', id, '*', { color: 'green' })

  // Another name for the same field: its values stay.
  setFields({ id: 'color', name: 'colour', type: 'text', aliases: ['color'] })
  expect(await relata('apply', 'workshop', '--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('> ') })
  expect(await place.relata.records.get('workshop.bicycle', id)).toMatchObject({ colour: 'green' })

  setFields()
  const retired = await relata('apply', 'workshop', '--yes')
  expect(retired).toMatchObject({ code: 0, stdout: expect.stringContaining('--confirm drop:workshop.bicycle.colour') })
  expect(await relata('plan', 'workshop', '--confirm', 'drop:workshop.bicycle.color')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean “drop:workshop.bicycle.colour”?'),
  })

  expect(await relata('restore', '4')).toMatchObject({ code: 0, stdout: expect.stringContaining('Version 6') })
  expect(await place.relata.records.get('workshop.bicycle', id)).toMatchObject({ colour: 'green' })
  expect(await relata('apply', 'workshop', '--yes')).toMatchObject({ code: 0 })
  const dropped = await relata('apply', 'workshop', '--yes', '--confirm', 'drop:workshop.bicycle.colour')
  expect(dropped).toMatchObject({ code: 0, stdout: expect.stringMatching(/! drop field .*colour/) })

  const versions = (await relata('versions')).stdout.trim().split('\n')
  expect(versions.map((line) => Number(line.trim().split(' ')[0]))).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(versions.find((line) => line.includes('colours'))).toMatch(/^ *3 /)
  expect((await relata('compare', '2', '3')).stdout).toContain('+ add field Color to Bicycle')
})
