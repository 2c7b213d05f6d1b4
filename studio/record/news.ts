// What somebody else did to the record that is open, said quietly above it.
import { html, nothing } from 'lit'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta } from '../app/meta.ts'
import { records } from '../app/records.ts'

export type News = { kind: 'changed'; by: string } | { kind: 'deleted' }

/** @returns who changed it last, as far as that is told */
export async function whoChanged(entity: string, { id }: WireRecord): Promise<News> {
  if (!meta.entity(entity)?.history) return { kind: 'changed', by: '' }
  const { data } = await records.history(entity, id, null)
  return { kind: 'changed', by: data[0]?.by?.display_name ?? '' }
}

export function renderNews(news: News | undefined) {
  if (!news) return nothing
  const said =
    news.kind === 'deleted'
      ? t('live.deleted')
      : news.by === ''
        ? t('live.changed')
        : t('live.changedBy', { name: news.by })
  return html`<p class="rl-record-past" role="status">${icon(news.kind === 'deleted' ? 'trash-2' : 'pencil-line')}<span>${said}</span></p>`
}
