// One of several options, or several of them.
import { html, nothing } from 'lit'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { type Editor, isList, textOf } from './editor.ts'
import { offeredOptions, optionOf } from './options.ts'
import type { PickOption } from './picker.ts'
import './picker.ts'

export const editChoice: Editor = (context) => {
  const { field, value } = context
  const chosen = textOf(value)
  return html`<rl-picker
    ?clearable=${!context.required}
    .control=${context}
    .subject=${text(field.label)}
    .placeholder=${t('fields.choose')}
    .source=${offeredOptions(field, chosen ? [chosen] : [])}
    .chosen=${chosen ? optionOf(field, chosen) : null}
    @pick=${({ detail }: CustomEvent<PickOption | null>) => context.change(detail?.value ?? null)}
  ></rl-picker>`
}

export const editChoices: Editor = (context) => {
  const { field, value } = context
  const chosen = isList(value) ? value.map(textOf).filter(Boolean) : []
  const set = (next: readonly string[]) => context.change(next.length > 0 ? next : null)
  const left = offeredOptions(field, []).filter((option) => !chosen.includes(option.value))
  return html`<div class="rl-tokens">
    ${
      chosen.length === 0
        ? nothing
        : html`<ul aria-labelledby=${context.labelId}>
            ${chosen.map((one) => {
              const option = optionOf(field, one)
              return html`<li class="rl-token" translate="no">
                ${option.color ? html`<span class="rl-dot" data-color=${option.color}></span>` : nothing}${option.label}
                ${
                  context.disabled
                    ? nothing
                    : html`<button
                        type="button"
                        aria-label=${t('fields.removeItem', { item: option.label })}
                        @click=${() => set(chosen.filter((other) => other !== one))}
                      >
                        ${icon('x')}
                      </button>`
                }
              </li>`
            })}
          </ul>`
    }
    <rl-picker
      adding
      .control=${context}
      .subject=${text(field.label)}
      .placeholder=${t('fields.choose')}
      .source=${left}
      @pick=${({ detail }: CustomEvent<PickOption | null>) => detail && set([...chosen, detail.value])}
    ></rl-picker>
  </div>`
}
