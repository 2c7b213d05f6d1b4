// Somebody else saved the record meanwhile: for each field that both changed, which value shall stand?
import { html } from 'lit'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import { renderValue } from '../fields/index.ts'
import { idOf, type Values } from './draft.ts'

export interface Conflict {
  mine: Values
  /** What the changes were made upon. */
  base: WireRecord
  theirs: WireRecord
}

const isSame = (a: WireValue | undefined, b: WireValue | undefined): boolean =>
  JSON.stringify(idOf(a ?? null)) === JSON.stringify(idOf(b ?? null))

/** Fields that both sides changed, differently. */
export function contested(entity: ClientEntity, { mine, base, theirs }: Conflict): ClientField[] {
  return entity.fields.filter(
    ({ name }) => name in mine && !isSame(base[name], theirs[name]) && !isSame(mine[name], theirs[name]),
  )
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
        <label><input type="radio" name=${field.name} value="theirs" /> ${t('record.conflict.theirs')} ${shown(field, conflict.theirs[field.name])}</label>
        <label><input type="radio" name=${field.name} value="mine" checked /> ${t('record.conflict.mine')} ${shown(field, conflict.mine[field.name])}</label>
      </fieldset>`,
    )}
    <button type="submit" class="rl-button" primary>${t('record.conflict.save')}</button>
  </form>`
}
