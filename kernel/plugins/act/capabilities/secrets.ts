// Secrets of a plugin in what it sends: its code writes a mark, the host puts the secret in its place, only towards hosts
// that it was granted for. What comes back, and what goes wrong, is told without them.
import { RelataError } from '../../../../sdk/errors.ts'
import { escapeHtml } from '../../../mail/message.ts'
import { readPluginSecret } from '../../plugin-secrets.ts'
import { requireGrant, type Run } from './call.ts'

/** Shorter ones would be found everywhere. */
const SHORTEST = 4
const MARK = /\{\{secret:([A-Z][A-Z0-9_]{0,39})\}\}/g

export interface Secrets {
  /** @throws RL404 not granted for this host · RL205 nobody has entered it */
  fill(text: string, form: 'header' | 'json' | 'form' | 'text'): string
  scrub(text: string): string
}

/** All that the plugin has, since what it sent before may be what comes back now. */
export async function openSecrets(run: Run, host: string): Promise<Secrets> {
  const { room, plugin, context } = run
  const known = new Map<string, string>()
  for (const name of Object.keys(plugin.manifest.secrets ?? {})) {
    const value = await readPluginSecret(room.database, room.keys, context.loaded.tenant.schema, plugin.name, name)
    if (value !== undefined) known.set(name, value)
  }
  const secretOf = (name: string): string => {
    requireGrant(run, `secret:${name}@${host}`, `send the secret ${name} to ${host}`, {
      secrets: { [name]: { label: name, hosts: [host] } },
    })
    // Nothing is sent, and nobody need have entered it yet.
    if (room.rehearsal) return `{{secret:${name}}}`
    const value = known.get(name)
    if (value !== undefined) return value
    throw new RelataError('RL205', `Nobody has entered the secret ${name} yet.`, {
      hint: 'An administrator enters it on the page of the plugin.',
    })
  }
  return {
    fill: (text, form) => text.replaceAll(MARK, (_, name: string) => written(secretOf(name), form)),
    scrub: (text) =>
      [...known].reduce(
        (scrubbed, [name, value]) =>
          formsOf(value).reduce((left, form) => left.replaceAll(form, `{{secret:${name}}}`), scrubbed),
        text,
      ),
  }
}

export const hasMark = (text: string): boolean => text.includes('{{secret:')

function written(value: string, form: 'header' | 'json' | 'form' | 'text'): string {
  if (form === 'json') return inJson(value)
  if (form === 'form') return encodeURIComponent(value)
  if (form === 'header' && /[^\t\x20-\x7e\x80-\xff]/.test(value))
    throw new RelataError('RL206', 'The secret holds characters that cannot stand in a header.')
  return value
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** Ways in which a text comes back that was sent. The longest first, so that nothing of it is left. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const forms = [
    value,
    // JSON within JSON within JSON.
    inJson(value),
    inJson(inJson(value)),
    inJson(inJson(inJson(value))),
    encodeURIComponent(value),
    escapeHtml(value),
    ...(['base64', 'base64url', 'hex'] as const).map((form) => bytes.toString(form)),
  ]
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST).sort((a, b) => b.length - a.length)
}
