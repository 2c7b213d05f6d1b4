// What administrators do about records that tell how the system works: work that was given up, webhooks and what they
// sent. The server has an address for each; nothing else on the pages knows these entities.
import type { WireRecord } from '../../sdk/wire/records.ts'
import type { Act } from '../actions/act.ts'
import { api } from '../app/api.ts'
import { confirm } from '../app/dialog.ts'
import { t } from '../app/i18n.ts'
import { meta } from '../app/meta.ts'
import { forgetRecords } from '../app/records.ts'
import { toast, toastError } from '../app/toast.ts'
import { showSecret, showTest } from './told.ts'

/** An act before it is known what comes after it. */
interface Work extends Omit<Act, 'run'> {
  work(): Promise<unknown>
}

const address = (path: string, { id }: WireRecord, act: string): string => `${path}/${encodeURIComponent(id)}/${act}`

type Works = (record: WireRecord) => readonly Work[]

const WORKS: Readonly<Record<string, Works>> = {
  'system.dead_letter': (letter) =>
    letter['state'] === 'open'
      ? [
          { label: t('deadLetter.run'), icon: 'rotate-cw', isPromoted: true, work: () => runLetter(letter) },
          { label: t('deadLetter.runKind'), icon: 'list-restart', isPromoted: false, work: () => runKind(letter) },
          { label: t('deadLetter.drop'), icon: 'ban', isPromoted: false, isDangerous: true, work: () => drop(letter) },
        ]
      : [],
  'system.webhook': (webhook) => [
    { label: t('webhook.test'), icon: 'send', isPromoted: true, work: () => test(webhook) },
    { label: t('webhook.secret'), icon: 'key-round', isPromoted: false, work: () => newSecret(webhook) },
  ],
  // A test has no event that could be told again.
  'system.webhook_delivery': (delivery) =>
    delivery['event']
      ? [{ label: t('delivery.again'), icon: 'send', isPromoted: true, work: () => sendAgain(delivery) }]
      : [],
}

export const actsOn = (entity: string, record: WireRecord, after?: () => void): readonly Act[] =>
  meta.all.administer ? (WORKS[entity]?.(record) ?? []).map((one) => actOf(one, after)) : []

/** Of several chosen records at once. */
export const actsOnMany = (entity: string, chosen: readonly WireRecord[], after?: () => void): readonly Act[] =>
  entity === 'system.dead_letter' && meta.all.administer
    ? [
        actOf(
          { label: t('deadLetter.run'), icon: 'rotate-cw', isPromoted: true, work: () => runLetters(chosen) },
          after,
        ),
      ]
    : []

/** What is refused is told, and what changed is asked for again. */
function actOf({ work, ...act }: Work, after: () => void = () => undefined): Act {
  const run = async (): Promise<void> => {
    try {
      await work()
    } catch (error) {
      toastError(error)
    } finally {
      forgetRecords()
      after()
    }
  }
  return { ...act, run: () => void run() }
}

async function runLetter(letter: WireRecord): Promise<void> {
  await api.post(address('dead-letters', letter, 'run'))
  toast(t('deadLetter.runs', { count: 1 }))
}

async function runLetters(chosen: readonly WireRecord[]): Promise<void> {
  let count = 0
  for (const letter of chosen) {
    if (letter['state'] !== undefined && letter['state'] !== 'open') continue
    await api.post(address('dead-letters', letter, 'run'))
    count++
  }
  toast(t('deadLetter.runs', { count }))
}

async function runKind(letter: WireRecord): Promise<void> {
  const { count } = await api.post<{ count: number }>('dead-letters', { kind: letter['kind'] })
  toast(t('deadLetter.runs', { count }))
}

async function drop(letter: WireRecord): Promise<void> {
  const asked = {
    title: t('deadLetter.drop.title'),
    text: t('deadLetter.drop.text'),
    confirm: t('deadLetter.drop'),
    isDangerous: true,
  }
  if (!(await confirm(asked))) return
  await api.post(address('dead-letters', letter, 'drop'))
  toast(t('deadLetter.dropped'))
}

async function test(webhook: WireRecord): Promise<void> {
  const takeAway = toast(t('webhook.testing'))
  try {
    await showTest(await api.post(address('webhooks', webhook, 'test')))
  } finally {
    takeAway()
  }
}

async function newSecret(webhook: WireRecord): Promise<void> {
  const asked = {
    title: t('webhook.secret.title'),
    text: t('webhook.secret.text'),
    confirm: t('webhook.secret'),
    isDangerous: true,
  }
  if (!(await confirm(asked))) return
  const { secret } = await api.post<{ secret: string }>(address('webhooks', webhook, 'secret'))
  await showSecret(secret)
}

async function sendAgain(delivery: WireRecord): Promise<void> {
  await api.post(address('webhook-deliveries', delivery, 'replay'))
  toast(t('delivery.onItsWay'))
}
