// What an install would do, in words: what is wrong with the package, what has to be agreed to, what would change.
import { html, nothing } from 'lit'
import type { Acceptable, WirePlugin, WirePluginPlan } from '../../sdk/wire/plugins.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { isChecked } from '../app/inputs.ts'
import { text } from '../app/meta.ts'

/** What was decided before holds; what is new begins granted, each line of it to be read and taken away. */
export const grantedAtFirst = ({ asks }: WirePluginPlan): ReadonlySet<string> =>
  new Set(asks.filter(({ isGranted }) => isGranted !== false).map(({ ask }) => ask.key))

/** Neither migrations nor first steps are under way. */
export const isDone = ({ state, next }: WirePlugin): boolean => state !== 'upgrading' && next?.phase !== 'migration'

export function renderProblems({ problems, warnings }: WirePluginPlan) {
  const line = ({ file, path, message, hint }: WirePluginPlan['problems'][number]) => html`<li>
    ${file === undefined ? nothing : html`<code translate="no">${file}${path}</code> `}${message}${hint === undefined ? nothing : html` <span class="rl-muted">${hint}</span>`}
  </li>`
  // That nobody signed it is said above.
  const others = warnings.filter(({ key }) => key !== 'unsigned')
  return html`${
    problems.length > 0
      ? html`<div class="rl-refused" role="alert"><p>${t('plugin.problems', { count: problems.length })}</p><ul>${problems.map(line)}</ul></div>`
      : nothing
  }${others.length > 0 ? html`<ul class="rl-plugin-warnings">${others.map(line)}</ul>` : nothing}`
}

export function renderNeeds(
  { needs }: WirePluginPlan,
  accepted: ReadonlySet<Acceptable>,
  change: (accepted: ReadonlySet<Acceptable>) => void,
) {
  if (needs.length === 0) return nothing
  const set = (need: Acceptable, isOn: boolean): void =>
    change(new Set(isOn ? [...accepted, need] : [...accepted].filter((one) => one !== need)))
  return html`<fieldset class="rl-refused rl-plugin-needs">
    <legend class="rl-sr-only">${t('plugin.unusual')}</legend>
    ${needs.map(
      (need) =>
        html`<label class="rl-check"><input type="checkbox" .checked=${accepted.has(need)} @change=${(event: Event) => set(need, isChecked(event))} />${t(`plugin.need.${need}`)}</label>`,
    )}
  </fieldset>`
}

/** Tables and fields, what the code does anew, which stored records are changed. */
export function renderChanges({ metadata, behaviour, migrations, kind }: WirePluginPlan) {
  const steps = metadata?.steps ?? []
  const signs = {
    add: 'plus',
    change: 'pencil',
    rename: 'text-cursor-input',
    retire: 'minus',
    drop: 'trash-2',
  } as const
  const signOf = (one: string): string => Object.entries(signs).find(([name]) => name === one)?.[1] ?? 'dot'
  const list = (title: string, lines: readonly { kind: string; text: string }[], isOpen: boolean) =>
    lines.length === 0
      ? nothing
      : html`<details class="rl-changes" ?open=${isOpen}>
          <summary>${title} <span class="rl-muted rl-num">${lines.length}</span></summary>
          <ul>${lines.map((line) => html`<li data-kind=${line.kind}>${icon(signOf(line.kind))}<span>${line.text}</span></li>`)}</ul>
        </details>`
  const changes = steps.map((step) => ({ kind: step.kind, text: step.text }))
  return html`<section class="rl-plugin-part">
    <h2>${t('plugin.changes')}</h2>
    ${kind === 'same' ? html`<p class="rl-muted">${t('plugin.changes.none')}</p>` : nothing}
    ${list(
      t('plugin.changes.migrations'),
      migrations.map((one) => ({ kind: 'change', text: `${text(one.label)} (${one.version})` })),
      true,
    )}
    ${list(t('plugin.changes.metadata'), changes, changes.length <= 12)}
    ${list(t('plugin.changes.code'), [...behaviour], behaviour.length <= 12)}
  </section>`
}
