import { definePlugin, migration, route } from 'relata/plugin'

export default definePlugin([
  // The host checks the signature before any of this runs.
  route(
    {
      name: 'form',
      method: 'POST',
      path: 'form',
      access: 'signed',
      signature: { secret: 'FORM_KEY', header: 'X-Signature', encoding: 'hex', prefix: 'sha256=' },
    },
    async (request, { now, records }) => {
      const { email, given, family, message } = formIn(request.json())
      if (email === '') return { status: 422, body: { error: 'email is missing' } }
      const { data } = await records.list('base.person', { filter: { '==': [{ var: 'email' }, email] }, limit: 1 })
      const [known] = data
      if (known) {
        await records.update('base.person', known.id, { web_leads_said: message })
        return { body: { id: known.id } }
      }
      const made = await records.create('base.person', {
        name: { given, family },
        email,
        web_leads_said: message,
        web_leads_came_on: now.slice(0, 10),
      })
      return { status: 201, body: { id: made.id } }
    },
  ),

  // Version 1.1.0 brought the day on which somebody came: those who were there get the day of their record.
  migration({ name: 'first_days', version: '1.1.0' }, async ({ cursor }, { records }) => {
    const page = await records.list('base.person', {
      filter: { '==': [{ var: 'web_leads_came_on' }, null] },
      sort: 'created_at',
      limit: 50,
      ...(typeof cursor === 'string' ? { cursor } : {}),
    })
    for (const { id, created_at } of page.data)
      await records.update('base.person', id, { web_leads_came_on: created_at.slice(0, 10) })
    return page.next === null ? { done: true } : { next: page.next }
  }),
])

function formIn(body: unknown): Record<'email' | 'given' | 'family' | 'message', string> {
  const text = (name: string): string => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
    return typeof value === 'string' ? value.trim() : ''
  }
  return { email: text('email').toLowerCase(), given: text('given'), family: text('family'), message: text('message') }
}
