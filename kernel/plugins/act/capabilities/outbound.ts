// Mail and work for later. Both belong to the run's own transaction: what is undone is not sent, and not begun.
import { Type } from '@sinclair/typebox'
import { RelataError } from '../../../../sdk/errors.ts'
import { email } from '../../../../sdk/fields/email.ts'
import { didYouMean, nearest } from '../../../../sdk/metadata/nearest.ts'
import { compose, quoted } from '../../../mail/compose.ts'
import { jobWork } from '../../jobs-work.ts'
import { type Capability, capability, isCaught, requireGrant } from './call.ts'

const strict = { additionalProperties: false }
const MOST_PAYLOAD_CHARS = 60_000

export const MAIL: Capability = capability(
  'mail.send',
  Type.Object(
    {
      to: Type.String({ maxLength: 320 }),
      subject: Type.String({ minLength: 1, maxLength: 250 }),
      text: Type.String({ maxLength: 100_000 }),
    },
    strict,
  ),
  async (run, { to, subject, text }) => {
    requireGrant(run, 'mail', 'send mail', { permissions: { mail: true } })
    run.counters.add('mails')
    const address = email.parse(to, { name: 'to', type: 'email', options: {} })
    if (!address.ok) throw new RelataError('RL100', `“${to}” is not an address that mail can be sent to.`)
    if (isCaught(run, 'mail', `${to}: ${subject}`, text)) return null
    const paragraphs = text.split(/\n{2,}/).map((one) => one.replaceAll('[link]', '(link)'))
    const message = { to, ...compose({ subject: quoted(subject), before: paragraphs, after: [] }) }
    await run.records.write((tx) => run.room.mail.send(message, run.context.loaded, tx))
    return null
  },
)

export const START_JOB: Capability = capability(
  'jobs.start',
  Type.Object({ name: Type.String({ maxLength: 100 }), payload: Type.Optional(Type.Unknown()) }, strict),
  async (run, { name, payload = null }) => {
    run.counters.add('jobs')
    const names = run.plugin.behaviour.jobs.map((job) => job.name)
    if (!names.includes(name)) {
      const hint = didYouMean(nearest(name, names))
      throw new RelataError(
        'RL205',
        `The plugin ${run.plugin.name} has no job “${name}”.`,
        hint === undefined ? {} : { hint },
      )
    }
    if (JSON.stringify(payload).length > MOST_PAYLOAD_CHARS)
      throw new RelataError(
        'RL102',
        `What a job is given may have ${MOST_PAYLOAD_CHARS} characters; keep it in a record.`,
      )
    if (isCaught(run, 'job', name, payload === null ? null : JSON.stringify(payload))) return null
    const { tenant } = run.context.loaded
    // A job that goes on in another job is no further away.
    const depth = (run.context.actor.plugin?.depth ?? 0) - (run.kind === 'job' ? 1 : 0)
    const work = jobWork(tenant.schema, { plugin: run.plugin.name, job: name, payload, depth })
    await run.records.write((tx) => run.room.events.queue.add([work], tx))
    return null
  },
)
