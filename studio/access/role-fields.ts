// The fields of one entity, each with what the role lets people do with it.
import { html, nothing, type TemplateResult } from 'lit'
import { FIELD_RIGHTS, type FieldRight } from '../../sdk/metadata/rights.ts'
import { t } from '../app/i18n.ts'
import { meta, text } from '../app/meta.ts'
import { entityWord } from './role-words.ts'

export interface RoleFields {
  entity: string
  rightOf(field: string): FieldRight
  /** As the package has it: differs. */
  isDifferent(field: string): boolean
  isUnsaved(field: string): boolean
  problemOf(field: string): string | undefined
  set(fields: readonly string[], right: FieldRight): void
}

export function renderFields(shown: RoleFields): TemplateResult {
  const fields = meta.entity(shown.entity)?.fields ?? []
  if (fields.length === 0) return html`<p class="rl-muted rl-role-nofields">${t('role.fields.none')}</p>`
  const names = fields.map(({ name }) => name)
  const rights = new Set(names.map((name) => shown.rightOf(name)))
  const [common] = rights.size === 1 ? rights : []
  return html`<div class="rl-role-fields" role="group" aria-label=${t('role.fields', { entity: entityWord(shown.entity) })}>
    <div class="rl-role-field rl-role-field-all">
      <span>${t('role.fields.all')}</span>
      ${choice(`${shown.entity}-all`, t('role.fields.all'), common, (right) => shown.set(names, right))}
    </div>
    ${fields.map(({ name, label }) => {
      const problem = shown.problemOf(name)
      return html`<div class="rl-role-field" data-field=${name} ?data-unsaved=${shown.isUnsaved(name)}>
        <span translate="no"
          >${text(label)}${shown.isDifferent(name) ? html`<span class="rl-role-mark" role="img" aria-label=${t('role.changedHere')} title=${t('role.changedHere')}></span>` : nothing}</span
        >
        ${choice(`${shown.entity}-${name}`, text(label), shown.rightOf(name), (right) => shown.set([name], right))}
        ${problem ? html`<p class="rl-error">${problem}</p>` : nothing}
      </div>`
    })}
  </div>`
}

/** Radio buttons drawn as one strip; the browser's own keys work. */
function choice(
  name: string,
  label: string,
  current: FieldRight | undefined,
  choose: (right: FieldRight) => void,
): TemplateResult {
  return html`<span class="rl-strip" role="radiogroup" aria-label=${label}>
    ${FIELD_RIGHTS.map(
      (right) => html`<label data-right=${right}
        ><input type="radio" name=${name} .checked=${right === current} @change=${() => choose(right)} /><span>${t(`fieldRight.${right}`)}</span></label
      >`,
    )}
  </span>`
}
