// What a role is called, whether it administers, where it comes from and who holds it.
import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { WireHolders, WireRole } from '../../sdk/wire/role.ts'
import { formatMoment } from '../app/format.ts'
import { languageOf, locale, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { isChecked } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { hrefOf } from '../app/router.ts'
import { profile } from '../app/session.ts'
import { ADMINISTER, type RoleDraft } from './role-draft.ts'

export interface RoleHead {
  /** undefined: a new role. */
  role: WireRole | undefined
  draft: RoleDraft
  saved: RoleDraft
  /** What is wrong, by `label` and `administer`. */
  problems: Readonly<Record<string, string>>
  change(changes: Partial<RoleDraft>): void
}

export function renderHead(head: RoleHead): TemplateResult {
  return html`<div class="rl-role-head">
    ${head.role ? renderFacts(head.role) : nothing}
    <div class="rl-role-texts">${renderTexts(head)}</div>
    ${renderAdminister(head)} ${renderSecondFactor(head)}
  </div>`
}

/** The reader's language first, then the other languages of the organisation, folded. */
function renderTexts(head: RoleHead) {
  const own = languageOf(locale())
  const all = [...new Set([...meta.all.locales, ...Object.keys(head.draft.label), 'en'])]
  const first = all.includes(own) ? own : 'en'
  const others = all.filter((language) => language !== first).toSorted()
  return html`${renderText(head, 'label', first, true)}${renderText(head, 'description', first, true)}
    ${
      others.length > 0
        ? html`<details class="rl-role-languages">
            <summary>${t('role.languages')}</summary>
            <div class="rl-role-texts">
              ${others.map((language) => html`${renderText(head, 'label', language)}${renderText(head, 'description', language)}`)}
            </div>
          </details>`
        : nothing
    }`
}

const MAX_LENGTH = { label: 80, description: 400 } as const

function renderText(
  { draft, saved, problems, change }: RoleHead,
  member: 'label' | 'description',
  language: string,
  isFirst = false,
) {
  const id = `role-${member}-${language}`
  const problem = isFirst && member === 'label' ? problems['label'] : undefined
  const value = draft[member][language] ?? ''
  const write = ({ target }: Event) => {
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)
      change({ [member]: { ...draft[member], [language]: target.value } })
  }
  return html`<div class="rl-field" ?data-unsaved=${value !== (saved[member][language] ?? '')}>
    <label for=${id}>${isFirst ? t(`role.${member}`) : t(`role.${member}In`, { language: languageName(language) })}</label>
    ${
      member === 'label'
        ? html`<input id=${id} class="rl-input" autocomplete="off" maxlength=${MAX_LENGTH[member]} translate="no" aria-invalid=${problem ? 'true' : nothing} aria-describedby=${problem ? `${id}-error` : nothing} .value=${live(value)} @input=${write} />`
        : html`<textarea id=${id} class="rl-input" rows="1" maxlength=${MAX_LENGTH[member]} translate="no" .value=${live(value)} @input=${write}></textarea>`
    }
    ${problem ? html`<p class="rl-error" id="${id}-error">${problem}</p>` : nothing}
  </div>`
}

const languageName = (tag: string): string => new Intl.DisplayNames([locale()], { type: 'language' }).of(tag) ?? tag

function renderAdminister({ role, draft, saved, problems, change }: RoleHead) {
  const problem = problems[ADMINISTER]
  const isTakenFromMe =
    !draft.administer && saved.administer && (profile.get()?.roles.includes(role?.name ?? '') ?? false)
  const warning = draft.administer ? t('role.administer.warning') : isTakenFromMe ? t('role.administer.own') : ''
  return html`<div class="rl-role-administer" ?data-unsaved=${draft.administer !== saved.administer}>
    <label class="rl-switch"
      ><input type="checkbox" role="switch" id="role-administer" .checked=${live(draft.administer)} aria-describedby="role-administer-help" aria-invalid=${problem ? 'true' : nothing} @change=${(event: Event) => change({ administer: isChecked(event) })} /><span>${t('role.administer')}</span></label
    >
    <p class="rl-help" id="role-administer-help">${t('role.administer.help')}</p>
    <div role="status">${warning ? html`<p class="rl-role-warning">${icon('triangle-alert')}<span>${warning}</span></p>` : nothing}</div>
    <div role="alert">${problem ? html`<p class="rl-error">${problem}</p>` : nothing}</div>
  </div>`
}

function renderSecondFactor({ draft, saved, change }: RoleHead) {
  return html`<div class="rl-role-administer" ?data-unsaved=${draft.secondFactor !== saved.secondFactor}>
    <label class="rl-switch"
      ><input type="checkbox" role="switch" id="role-second-factor" .checked=${live(draft.secondFactor)} aria-describedby="role-second-factor-help" @change=${(event: Event) => change({ secondFactor: isChecked(event) })} /><span>${t('role.secondFactor')}</span></label
    >
    <p class="rl-help" id="role-second-factor-help">${t('role.secondFactor.help')}</p>
  </div>`
}

function renderFacts({ name, package: owner, packages, changed, users, keys, invitations }: WireRole) {
  const label = packages.find((one) => one.name === owner)?.label
  const moment = formatMoment(changed?.at)
  return html`<dl class="rl-role-facts">
    <div><dt>${t('role.package')}</dt><dd>${owner === 'custom' ? t('role.package.own') : html`<span translate="no">${text(label) || owner}</span>`}</dd></div>
    <div><dt>${t('role.holders')}</dt><dd>${renderHolders(name, { users, keys, invitations })}</dd></div>
    <div><dt>${t('role.changed')}</dt><dd>${changed?.by ? t('role.changed.by', { moment, name: changed.by.display_name }) : moment}</dd></div>
  </dl>`
}

/** Each count leads to the list of them. */
function renderHolders(
  role: string,
  { users, keys, invitations }: Record<'users' | 'keys' | 'invitations', WireHolders>,
) {
  const lists = [
    {
      count: users.count,
      word: t('role.users', { count: users.count }),
      entity: 'system.user',
      filter: [['roles', 'is', [role]]],
    },
    {
      count: keys.count,
      word: t('role.keys', { count: keys.count }),
      entity: 'system.key',
      filter: [['role', 'is', [role]]],
    },
    {
      count: invitations.count,
      word: t('role.invitations', { count: invitations.count }),
      entity: 'system.invitation',
      filter: [
        ['roles', 'is', [role]],
        ['state', 'is', ['open']],
      ],
    },
  ].filter(({ count }) => count > 0)
  if (lists.length === 0) return html`<span class="rl-muted">${t('role.holders.nobody')}</span>`
  return lists.map(
    ({ word, entity, filter }, index) =>
      html`${index > 0 ? ', ' : ''}<a href=${hrefOf.list(entity, { filter: JSON.stringify(filter) })}>${word}</a>`,
  )
}
