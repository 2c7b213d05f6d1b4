// The typed client beside a running server: buttons, jobs and hooks of plugins, work that was given up, and what others
// change while somebody listens.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveEvent } from '../../sdk/client/index.ts'
import { pluginArchive } from '../support/plugin-archive.ts'
import { makePlace, type RelataPlace } from '../support/relata-place.ts'
import { type Ran, runRelata } from '../support/run-relata.ts'
import { signIn } from '../support/sign-in.ts'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'

let server: ServerUnderTest
let place: RelataPlace
beforeAll(async () => {
  server = await startServer()
  place = await makePlace(server.url, await signIn(server.url), 'client')
  const archive = pluginArchive({
    name: 'greeter',
    requires: { base: '^1.0.0' },
    files: {
      'actions/greet.json': {
        name: 'greet',
        entity: 'base.person',
        label: 'Greet',
        on: ['record'],
        input: [{ name: 'word', type: 'text', label: 'Word' }],
      },
    },
    manifest: { permissions: { records: { 'base.person': { read: ['job_title'], update: ['job_title'] } } } },
    behaviour: {
      actions: ['greet'],
      jobs: [{ name: 'sweep' }],
      after: [{ name: 'never', entity: 'base.person', on: ['create'], as: 'user' }],
    },
    run: `
      if (kind === 'after') throw Object.assign(new Error('no'), { relataRefusal: { message: 'Never', field: null } })
      if (kind === 'job') { bridge.log('info', 'swept ' + JSON.stringify(input.payload)); return null }
      const { ids, input: form } = input.event
      for (const id of ids) await bridge.call('records.update', { entity: 'base.person', id, values: { job_title: form.word } })
      return { message: form.word + '!' }`,
  })
  await place.relata.plugins.install(archive, { grants: 'all' })
}, 90_000)
afterAll(() => server?.stop())

const relata = (...args: string[]): Promise<Ran> => runRelata(args, { env: place.env })

test('a program presses a button, and hears what came of it as whoever listens does', async () => {
  const { id } = await place.relata.records.create('base.person', { name: { family: 'Miller' } })
  const stop = new AbortController()
  const heard: LiveEvent[] = []
  const listening = (async () => {
    for await (const event of place.relata.live({ signal: stop.signal })) heard.push(event)
  })()
  const touched = () =>
    heard.some(
      (event) =>
        event.kind === 'change' &&
        event.changes.some(({ entity, ids }) => entity === 'base.person' && (ids?.includes(id) ?? true)),
    )
  for (let tries = 0; tries < 40 && !touched(); tries++) {
    const answer = await place.relata.actions.run('greeter.greet', { ids: [id], input: { word: `Hello ${tries}` } })
    expect(answer).toEqual({ message: `Hello ${tries}!`, changed: [{ entity: 'base.person', id }] })
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(touched()).toBe(true)
  stop.abort()
  await listening
  await expect(place.relata.actions.run('greeter.nothing')).rejects.toMatchObject({ code: 'RL205' })
})

test('what a hook refused for good is a dead letter, run again or dropped by a program', async () => {
  const open = async () =>
    (await place.relata.records.list('system.dead_letter', { filter: { '==': [{ var: 'state' }, 'open'] } })).data
  for (let tries = 0; tries < 50 && (await open()).length === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 200))
  const [letter] = await open()
  expect(await place.relata.events.runDeadLetters('plugin.after')).toBeGreaterThanOrEqual(1)
  for (let tries = 0; tries < 50 && (await open()).length === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 200))
  await place.relata.events.dropDeadLetter(String(letter?.['id']))
  await expect(place.relata.events.runDeadLetter(String(letter?.['id']))).rejects.toMatchObject({ code: 'RL214' })
  expect(await place.relata.events.waiting()).toBeGreaterThanOrEqual(0)
})

test('the command line tries hooks, runs a job and tells what it all cost', async () => {
  const tried = await relata('plugin', 'try', 'greeter', 'base.person', '--hook', 'never')
  expect(tried).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^1 record of base\.person, version 1\.0\.0:\n {2}never \(after\): asked about 1, refused 1\n/,
    ),
  })
  expect(await relata('plugin', 'try', 'greeter', 'base.person', '--last', 'many')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('whole number'),
  })
  expect(await relata('plugin', 'run', 'greeter', 'sweep', '{"weeks": 4}')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sweep of greeter has run'),
  })
  expect(await relata('plugin', 'run', 'greeter', 'sweep', '{weeks')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('not JSON'),
  })
  expect(await relata('plugin', 'log', 'greeter')).toMatchObject({
    stdout: expect.stringContaining('swept {"weeks":4}'),
  })
  expect(await relata('plugin', 'usage', 'greeter')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/action greet +\d+ +0/),
  })
})
