// What can be done with a record as a whole: the way back, its neighbours, the overflow menu, the primary button.
import { html, nothing, type TemplateResult } from 'lit'
import { finalAct, finalDone } from '../access/final.ts'
import { type Act, divide, renderAct } from '../actions/act.ts'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { neighboursOf } from '../app/list-walk.ts'
import { text } from '../app/meta.ts'
import { records } from '../app/records.ts'
import { hrefOf, navigate, route } from '../app/router.ts'
import { toast, toastError, toastUndo } from '../app/toast.ts'
import type { MenuItem } from '../shell/menu.ts'
import '../shell/menu.ts'

export interface Possible {
  /** Buttons of plugins, and of what the system itself offers. */
  acts: readonly Act[]
  /** There is no room for buttons of actions. */
  isNarrow: boolean
  /** Missing where nothing may be changed, or everything stands open already. */
  edit?: (() => void) | undefined
  /** Missing where nothing may be shared. */
  share?: (() => void) | undefined
  /** Missing where the record may not be deleted. */
  remove?: (() => void) | undefined
}

export function recordActions(
  entity: ClientEntity,
  record: WireRecord,
  { acts, isNarrow, edit, share, remove }: Possible,
): TemplateResult {
  const { id, state, email } = record
  const around = neighboursOf(entity.name, id)
  const stepButton = (direction: 'previous' | 'next', name: string) =>
    html`<button type="button" class="rl-button" quiet icon-only aria-label=${t(`record.${direction}`)} title=${t(`record.${direction}`)} ?disabled=${!around?.[direction]} @click=${() => stepTo(entity.name, id, direction)}>${icon(name)}</button>`
  const { buttons, items: others } = divide(acts, isNarrow)
  const items: MenuItem[] = [
    ...others,
    {
      label: t('record.copyLink'),
      icon: 'link',
      startsGroup: others.length > 0,
      run: () => void copyLink(entity.name, id),
    },
    ...(share ? [{ label: t('record.share'), icon: 'share-2', run: share }] : []),
    ...(entity.name === 'system.invitation' && state === 'open'
      ? [{ label: t('invite.again'), icon: 'send', run: () => void navigate(hrefOf.resend(id, String(email ?? ''))) }]
      : []),
    ...(remove
      ? [
          {
            label: finalAct(entity.name, record) ?? t('record.delete'),
            icon: 'trash-2',
            isDangerous: true,
            startsGroup: true,
            run: remove,
          },
        ]
      : []),
  ]
  return html`<a class="rl-button" quiet href=${around?.listHref ?? hrefOf.list(entity.name)}>${icon('arrow-left')}<span>${text(entity.plural)}</span></a>
    ${around ? html`${stepButton('previous', 'chevron-up')}${stepButton('next', 'chevron-down')}` : nothing}
    ${buttons.map((act) => renderAct(act))}
    <rl-menu .label=${t('record.more')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' }}></rl-menu>
    ${edit ? html`<button type="button" class="rl-button" primary @click=${edit}>${icon('pencil')}<span>${t('record.edit')}</span></button>` : nothing}`
}

/** The record before or after in the list that it was opened from, on the same tab. */
export function stepTo(entity: string, from: string, direction: 'previous' | 'next'): void {
  const id = neighboursOf(entity, from)?.[direction]
  const tab = route.get().query.get('tab') ?? ''
  if (id) void navigate(hrefOf.record(entity, id, { tab }), { replace: true })
}

async function copyLink(entity: string, id: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(hrefOf.record(entity, id), location.href).href)
    toast(t('copied'))
  } catch {
    toast(t('copyFailed'), { kind: 'failed' })
  }
}

/** To the trash, back to the list, and a way to undo it. */
export async function moveToTrash(entity: string, { id, display_name: name }: WireRecord): Promise<void> {
  try {
    await records.remove(entity, id)
    await navigate(neighboursOf(entity, id)?.listHref ?? hrefOf.list(entity))
    const done = finalDone(entity, 1)
    if (done !== undefined) toast(done)
    else toastUndo(t('record.deleted', { name }), async () => void (await records.restore(entity, id)))
  } catch (error) {
    toastError(error)
  }
}
