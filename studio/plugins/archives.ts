// Data of plugins that were removed, kept as files for administrators.
import { html, nothing } from 'lit'
import { apiHref } from '../app/api.ts'
import { confirm } from '../app/dialog.ts'
import { formatMoment } from '../app/format.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { toastError } from '../app/toast.ts'
import { type DataArchive, plugins } from './calls.ts'

export function renderArchives(archives: readonly DataArchive[], changed: (left: readonly DataArchive[]) => void) {
  if (archives.length === 0) return nothing
  const drop = async (file: string): Promise<void> => {
    const asked = { title: t('archive.drop.title'), text: file, confirm: t('archive.drop'), isDangerous: true }
    if (!(await confirm(asked))) return
    await plugins.dropArchive(file).then(changed, toastError)
  }
  return html`<section class="rl-plugin-part">
    <h2>${t('archive.title')}</h2>
    ${archives.map(
      ({ file, sizeBytes, at }) => html`<div class="rl-archive">
        ${icon('archive')}
        <span class="rl-archive-name" translate="no">${file}</span>
        <span class="rl-muted">${formatMoment(at)} · ${t('archive.size', { kb: formatNumber(Math.max(1, Math.round(sizeBytes / 1000))) })}</span>
        <a class="rl-button" quiet icon-only href=${apiHref(`plugin-archives/${encodeURIComponent(file)}`)} download title=${t('archive.download')} aria-label=${t('archive.download')}>${icon('download')}</a>
        <button type="button" class="rl-button" quiet icon-only title=${t('archive.drop')} aria-label=${t('archive.drop')} @click=${() => void drop(file)}>${icon('trash-2')}</button>
      </div>`,
    )}
  </section>`
}
