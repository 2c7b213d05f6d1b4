// The editor of every field type in every state.
import { html } from 'lit'
import type { ClientField } from '../../sdk/wire/meta.ts'
import { text } from '../app/meta.ts'
import '../fields/field-editor.ts'
import { CONTRACT, contract, words } from './sample.ts'
import { sampleValue } from './values.ts'

const STATES = ['empty', 'filled', 'required', 'wrong', 'disabled'] as const
type State = (typeof STATES)[number]

export function renderEditors() {
  return html`${contract.fields.map(
    (field) => html`<div class="rl-gallery-editors">
      <h3 translate="no">${field.type}</h3>
      ${STATES.map(
        (state) =>
          html`<div class="rl-gallery-editor"><span class="rl-help">${text(words.states[state])}</span>${renderEditor(field, state)}</div>`,
      )}
    </div>`,
  )}`
}

function renderEditor(field: ClientField, state: State) {
  const sample = state === 'filled' ? 'long' : 'usual'
  const isEmpty = state === 'empty' || state === 'required'
  return html`<rl-field-editor
    .entity=${CONTRACT}
    .field=${field}
    .value=${isEmpty ? null : sampleValue(field.type, sample)}
    .recordId=${isEmpty ? null : sample}
    .error=${state === 'wrong' ? text(words.wrong) : ''}
    ?required=${state === 'required'}
    ?disabled=${state === 'disabled'}
  ></rl-field-editor>`
}
