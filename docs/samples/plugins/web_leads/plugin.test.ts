import { assert, createTestTenant, test } from 'relata/plugin/testing'

test('a call that is not signed does not come in', async () => {
  const { callRoute } = await createTestTenant()
  const answer = await callRoute('POST', 'form', { body: { email: 'ada@example.org' } })
  // What is wrong with a call from outside, its sender is not told.
  assert.equal(answer.status, 404)
})

test('whoever fills in the form is a person, once', async () => {
  const { callRoute, records, setSecret } = await createTestTenant()
  await setSecret('FORM_KEY', 'a key of the test')
  const send = (message: string) =>
    callRoute('POST', 'form', {
      body: { email: 'Ada@example.org', given: 'Ada', family: 'Lovelace', message },
      signWith: { key: 'a key of the test', header: 'X-Signature', prefix: 'sha256=' },
    })
  assert.equal((await send('Hello')).status, 201)
  assert.equal((await send('Hello again')).status, 200)
  const { data } = await records.list('base.person', { filter: { '==': [{ var: 'email' }, 'ada@example.org'] } })
  assert.equal(data.length, 1)
  assert.equal(data[0]?.web_leads_said, 'Hello again')
})
