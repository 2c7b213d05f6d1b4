// A real OpenID provider on this machine, with people who sign in at once, and ways to make it lie.
import { createServer, type Server } from 'node:http'
import Provider, { type Configuration } from 'oidc-provider'

export interface Person {
  subject: string
  email: string
  isVerified: boolean
  name: string
}

export interface IdentityProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** Who signs in from now on. */
  person: Person
  /** Goes where the server sends a browser, and through the provider's pages. @returns the address it comes back to */
  visit(address: string): Promise<string>
  close(): Promise<void>
}

const CLIENT = { id: 'relata-test', secret: 'a secret between the two of them' }

/** @param redirectUri where people come back to */
export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const server = createServer()
  const port = await listen(server)
  const issuer = `http://127.0.0.1:${port}`
  const current: { person: Person } = {
    person: { subject: 'ada', email: 'ada@example.org', isVerified: true, name: 'Ada Lovelace' },
  }
  const configuration: Configuration = {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['a key of the test'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => {
      const { subject, email, isVerified, name } = current.person
      return { accountId: id, claims: () => ({ sub: subject, email, email_verified: isVerified, name }) }
    },
  }
  const provider = new Provider(issuer, configuration)
  // A page with a button, for a browser; the button has been pressed.
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response)
    finishInteraction(provider, request, response, current.person).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
  return {
    issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    get person() {
      return current.person
    },
    set person(next) {
      current.person = next
    },
    visit: (address) => walk(address, issuer),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

type Handler = Parameters<Parameters<typeof createServer>[1] & object>

async function finishInteraction(
  provider: Provider,
  request: Handler[0],
  response: Handler[1],
  { subject }: Person,
): Promise<void> {
  const details = await provider.interactionDetails(request, response)
  const { prompt, params, session } = details
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: subject } })
    return
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? subject, clientId: String(params['client_id']) })
  grant.addOIDCScope('openid email profile')
  const grantId = await grant.save()
  await provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true })
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })

const MOST_STEPS = 12

/** As a browser does: cookies kept, redirects followed, until it leaves the provider. */
async function walk(address: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>()
  let next = address
  for (let step = 0; step < MOST_STEPS && next.startsWith(issuer); step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', ...value] = (line.split(';')[0] ?? '').split('=')
      cookies.set(name, value.join('='))
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${next} answered ${response.status}: ${await response.text()}`)
    next = new URL(location, next).href
  }
  return next
}
