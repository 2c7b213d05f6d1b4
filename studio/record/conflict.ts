// Somebody else saved the record meanwhile: for each field that both changed, which value shall stand?
import { html } from 'lit'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import { renderValue } from '../fields/index.ts'
import { isToOne, sentId, type Values } from '../fields/form-values.ts'

export interface Conflict {
  mine: Values
  /** What the changes were made upon. */
  base: WireRecord
  theirs: WireRecord
}

/** A reference is its id, with or without the name beside it; money, addresses and the like are all their parts. */
function isSame(field: ClientField, a: WireValue = null, b: WireValue = null): boolean {
  const isReference = isToOne(field) || field.type === 'any_reference'
  const [one, other] = isReference ? [sentId(a), sentId(b)] : [a, b]
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Fields that both sides changed, differently. */
export function contested(entity: ClientEntity, { mine, base, theirs }: Conflict): ClientField[] {
  return entity.fields.filter((field) => {
    const { name } = field
    return name in mine && !isSame(field, base[name], theirs[name]) && !isSame(field, mine[name], theirs[name])
  })
}

/** @param settle gets the values to save over theirs */
export function renderConflict(entity: ClientEntity, conflict: Conflict, settle: (values: Values) => void) {
  const fields = contested(entity, conflict)
  const shown = (field: ClientField, value: WireValue | undefined) =>
    renderValue(field, value ?? null) || html`<span class="rl-muted">${t('record.empty')}</span>`
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement)) return
    const chosen = new FormData(form)
    const dropped = fields.filter(({ name }) => chosen.get(name) === 'theirs').map(({ name }) => name)
    settle(Object.fromEntries(Object.entries(conflict.mine).filter(([name]) => !dropped.includes(name))))
  }
  return html`<form class="rl-conflict" role="alert" @submit=${onSubmit}>
    <h2>${t('record.conflict.title')}</h2>
    <p>${fields.length > 0 ? t('record.conflict.text') : t('record.conflict.none')}</p>
    ${fields.map(
      (field) => html`<fieldset>
        <legend>${text(field.label)}</legend>
        <label><input type="radio" name=${field.name} value="theirs" /><span class="rl-muted">${t('record.conflict.theirs')}</span><span>${shown(field, conflict.theirs[field.name])}</span></label>
        <label><input type="radio" name=${field.name} value="mine" checked /><span class="rl-muted">${t('record.conflict.mine')}</span><span>${shown(field, conflict.mine[field.name])}</span></label>
      </fieldset>`,
    )}
    <button type="submit" class="rl-button" primary>${t('record.conflict.save')}</button>
  </form>`
}
