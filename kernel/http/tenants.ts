// Organisations of the installation: made by its operators, removed by them or by an organisation's own administrators.
import { Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { AuthRoom } from '../auth/index.ts'
import { requireAdminister } from '../auth/rights.ts'
import type { Services } from '../services.ts'
import type { Tenants } from '../tenants/index.ts'
import { answer } from './answer.ts'
import { readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

const TenantBody = Type.Object(
  {
    title: Words(120),
    slug: Type.Optional(Words(40)),
    kind: Type.Union([Type.Literal('empty'), Type.Literal('demo')]),
    base_currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
  },
  { additionalProperties: false },
)

export interface NewTenantAnswer {
  slug: string
  title: string
  isDemo: boolean
  /** Id of the `system.job` in it that fills a demo; null: it is ready. */
  job: string | null
}

/** Mounted under /api. */
export function tenantRoutes({ catalog, log }: Services, auth: AuthRoom, tenants: Tenants): Hono {
  const app = new Hono()

  app.post('/tenants', (c) =>
    answer(c, log, async () => {
      const person = await auth.identityOf(c.req.raw)
      if (!person) throw new RelataError('RL300', 'Please sign in.')
      if (!person.isOperator)
        throw new RelataError('RL301', 'Only operators of this installation may add organisations.')
      const { title, slug, kind, base_currency } = readBody(TenantBody, await readJson(c))
      const { tenant, job } = await tenants.create({
        title: title.trim(),
        kind,
        founder: { identity: person.id, email: person.email, name: person.name },
        ...(slug === undefined ? {} : { slug }),
        ...(base_currency === undefined ? {} : { baseCurrency: base_currency }),
      })
      const body: NewTenantAnswer = { slug: tenant.slug, title: tenant.title, isDemo: tenant.isDemo, job }
      return Response.json(body, { status: job === null ? 201 : 202, headers: { 'cache-control': 'no-store' } })
    }),
  )

  app.delete('/tenants/:slug', (c) =>
    answer(c, log, async () => {
      const slug = c.req.param('slug')
      const person = await auth.identityOf(c.req.raw)
      if (!person) throw new RelataError('RL300', 'Please sign in.')
      if (!person.isOperator) await requireItsAdministrator(c.req.raw, slug)
      await tenants.remove(slug)
      return new Response(null, { status: 204 })
    }),
  )

  /** @throws RL301, whether there is such an organisation or not */
  async function requireItsAdministrator(request: Request, slug: string): Promise<void> {
    const loaded = await catalog.load(slug).catch(() => null)
    const actor = loaded && (await auth.actorOf(request, loaded))
    if (!loaded || actor?.kind !== 'person')
      throw new RelataError('RL301', 'Only its administrators may remove an organisation.')
    requireAdminister(loaded.model, actor)
  }

  return app
}
