// Why a form was not saved, above it: what concerns the record as a whole, and records that look like it, which a person
// can open, or say that this one is meant as well.
import { html, nothing, type TemplateResult } from 'lit'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { Alike } from '../../sdk/wire/records.ts'
import { type ApiError, currentTenant } from '../app/api.ts'
import { t } from '../app/i18n.ts'
import { problemText } from '../app/refusal.ts'

export interface Refused {
  /** Sentences. */
  texts: readonly string[]
  /** Records like this one, each once. */
  alike: readonly Alike['records'][number][]
  /** There are more of them, or some that this person may not see. */
  hasMore: boolean
  /** It may be saved all the same. */
  canAllow: boolean
}

/** undefined: nothing is to be said above the form. */
export function duplicatesOf(error: ApiError): Refused | undefined {
  const found = error.members['duplicates']
  if (error.code !== 'RL217' || !Array.isArray(found)) return undefined
  const rules = found.filter(isAlike)
  const records = new Map(rules.flatMap((rule) => rule.records.map((record) => [record.id, record] as const)))
  return {
    texts: [...new Set(error.problems.map((problem) => problemText(problem)))],
    alike: [...records.values()],
    hasMore: rules.some(({ hasMore }) => hasMore),
    canAllow: error.members['canAllow'] === true,
  }
}

const isAlike = (value: unknown): value is Alike =>
  typeof value === 'object' && value !== null && 'records' in value && Array.isArray(value.records)

export function renderRefused(
  entity: ClientEntity,
  { texts, alike, hasMore, canAllow }: Refused,
  saveAnyway: () => void,
): TemplateResult {
  return html`<div class="rl-refused" role="alert">
    ${texts.map((line) => html`<p>${line}</p>`)}
    ${
      alike.length > 0
        ? html`<ul>
            ${alike.map(
              ({ id, display_name }) =>
                html`<li><a href="/${currentTenant()}/${entity.name}/${id}" target="_blank">${display_name || t('record.untitled')}</a></li>`,
            )}
          </ul>`
        : nothing
    }
    ${hasMore ? html`<p class="rl-muted">${t(alike.length > 0 ? 'record.alike.more' : 'record.alike.hidden')}</p>` : nothing}
    ${
      canAllow
        ? html`<button type="button" class="rl-button" @click=${saveAnyway}>${t('record.saveAnyway')}</button>`
        : nothing
    }
  </div>`
}
