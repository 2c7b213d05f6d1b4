// A file: sent at once when it is chosen; the record keeps its id.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { until } from 'lit/directives/until.js'
import { ApiError, apiHref } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { control } from './control.ts'
import { idOf } from './edit-reference.ts'
import { type Editor, type EditorContext, member } from './editor.ts'
import { nameOf, rememberName } from './names.ts'

const FILE = 'system.file'

@customElement('rl-file-input')
export class RlFileInput extends RlElement {
  @property({ attribute: false }) context!: EditorContext
  @state() private sending: { name: string; percent: number } | null = null

  protected override render() {
    const { context, sending } = this
    const id = idOf(context.value)
    return html`<div class="rl-file">
      ${id ? fileLink(id, member(context.value, 'display_name')) : nothing}
      ${
        sending
          ? html`<span role="status" class="rl-muted rl-num"
              >${t('fields.file.uploading', { name: sending.name, percent: sending.percent })}</span
            ><progress max="100" .value=${sending.percent} aria-hidden="true"></progress>`
          : nothing
      }
      <button type="button" ${control({ ...context, required: false })} class="rl-button" ?hidden=${context.disabled || sending !== null} @click=${this.choose}>
        ${icon('upload')}<span>${id ? t('fields.file.replace') : t('fields.file.choose')}</span
        ><span class="rl-sr-only">${text(context.field.label)}${context.required ? ` (${t('fields.requiredMark')})` : nothing}</span>
      </button>
      ${
        id && !context.disabled && !context.required
          ? html`<button type="button" class="rl-button" quiet @click=${() => context.change(null)}>${t('fields.file.remove')}</button>`
          : nothing
      }
      <input type="file" hidden accept=${context.field.options.accept?.join(',') ?? nothing} @change=${this.onChosen} @input=${stop} />
    </div>`
  }

  private readonly choose = (): void => this.querySelector<HTMLInputElement>('input[type=file]')?.click()

  private readonly onChosen = (event: Event): void => {
    event.stopPropagation()
    if (!(event.target instanceof HTMLInputElement)) return
    const file = event.target.files?.[0]
    // The same file may be chosen again after a failure.
    event.target.value = ''
    if (file) void this.send(file)
  }

  private async send(file: File): Promise<void> {
    this.sending = { name: file.name, percent: 0 }
    this.context.fault('')
    try {
      const id = await upload(file, (percent) => (this.sending = { name: file.name, percent }))
      rememberName(FILE, id, file.name)
      this.context.change(id)
    } catch (error) {
      this.context.fault(errorText(error))
    } finally {
      this.sending = null
    }
  }
}

const stop = (event: Event): void => event.stopPropagation()

/** fetch does not tell how far a body has come. @returns id of the file record */
function upload(file: File, onProgress: (percent: number) => void): Promise<string> {
  const body = new FormData()
  body.append('file', file)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', apiHref('files'))
    request.responseType = 'json'
    request.setRequestHeader('accept', 'application/json')
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? Math.floor((100 * loaded) / total) : 0)
    request.onerror = () => reject(new ApiError(0, 'network', ''))
    request.onload = () => {
      const answer: { id?: string; code?: ApiError['code']; detail?: string; title?: string } = request.response ?? {}
      if (request.status < 300 && answer.id) resolve(answer.id)
      else reject(new ApiError(request.status, answer.code ?? 'unreadable', answer.detail ?? answer.title ?? ''))
    }
    request.send(body)
  })
}

/** Its name, leading to its contents. */
export function fileLink(id: string, given: string): TemplateResult {
  if (given) rememberName(FILE, id, given)
  const link = (name: string) =>
    html`<a class="rl-file-link" href=${apiHref(`files/${id}`)} download=${name} translate="no" aria-label=${t('fields.file.download', { name })}
      >${icon('paperclip')}<span>${name}</span></a
    >`
  if (given) return link(given)
  const arriving = nameOf(FILE, id).then((name) => link(name || t('fields.file.unnamed')))
  return html`${until(arriving, link('…'))}`
}

export const editFile: Editor = (context) => html`<rl-file-input .context=${context}></rl-file-input>`

declare global {
  interface HTMLElementTagNameMap {
    'rl-file-input': RlFileInput
  }
}
