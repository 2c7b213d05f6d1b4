// A list as a CSV file: the columns on screen, all rows that match, values as people read them.
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { meta, pathLabel, text } from '../app/meta.ts'
import { route } from '../app/router.ts'
import { toast, toastError } from '../app/toast.ts'
import { cellText } from './cell-text.ts'
import { allRows, type Rows } from './rows.ts'
import { valueAt } from './select.ts'
import { readState } from './state.ts'

/** Excel takes a file for UTF-8 only when it starts so. */
const MARK = '\uFEFF'

export async function exportList(entity: ClientEntity, columns: readonly string[], rows: Rows): Promise<void> {
  const stop = new AbortController()
  let dismiss = () => {}
  try {
    const lines: string[] = [headLine(entity, columns)]
    for await (const page of allRows(rows.entity, { ...rows.query, purpose: 'export' }, stop.signal)) {
      lines.push(...page.map((record) => line(entity, columns, record)))
      dismiss()
      dismiss = toast(t('export.progress', { rows: formatNumber(lines.length - 1) }), {
        action: { label: t('cancel'), run: () => stop.abort() },
      })
    }
    dismiss()
    save(entity, lines)
    toast(t('export.done', { count: lines.length - 1 }))
  } catch (error) {
    dismiss()
    if (!stop.signal.aborted) toastError(error)
  }
}

/** Ids in one question: a filter has its limits. */
const AT_ONCE = 300

/** Those chosen, in their order: they are there already, but which of them may be taken out the server says. */
export async function exportRecords(
  entity: ClientEntity,
  { entity: name, query }: Rows,
  chosen: readonly WireRecord[],
): Promise<void> {
  const { columns } = readState(name, route.get().query)
  const allowed = new Map<string, WireRecord>()
  try {
    for (let start = 0; start < chosen.length; start += AT_ONCE) {
      const ids = chosen.slice(start, start + AT_ONCE).map(({ id }) => id)
      const asked = { ...query, filter: { in: [{ var: 'id' }, ids] }, purpose: 'export' } as const
      for await (const page of allRows(name, asked)) for (const record of page) allowed.set(record.id, record)
    }
  } catch (error) {
    toastError(error)
    return
  }
  const found = chosen.flatMap(({ id }) => allowed.get(id) ?? [])
  save(entity, [headLine(entity, columns), ...found.map((record) => line(entity, columns, record))])
  toast(t('export.done', { count: found.length }))
}

function save(entity: ClientEntity, lines: readonly string[]): void {
  const address = URL.createObjectURL(new Blob([MARK, lines.join('\r\n'), '\r\n'], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${text(entity.plural).replace(/[\\/:*?"<>|]+/g, '-')}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

const headLine = (entity: ClientEntity, columns: readonly string[]): string =>
  columns.map((path) => quote(pathLabel(entity.name, path))).join(',')

const line = (entity: ClientEntity, columns: readonly string[], record: WireRecord): string =>
  columns.map((path) => quote(cellText(meta.field(entity.name, path), valueAt(record, path)))).join(',')

/** A text that a spreadsheet would run as a formula is marked as text; numbers and phone numbers stay as they are. */
function quote(source: string): string {
  const isFormula =
    /^[=@\t\r]/.test(source) || (/^[+-]/.test(source) && !/^[+-][\d\s().,:-]*( [A-Z]{3})?$/.test(source))
  const safe = isFormula ? `'${source}` : source
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
