// A value as words, in the reader's language and zone.
import { formatValue } from '../../sdk/fields/format.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { locale, t } from '../app/i18n.ts'
import { meta } from '../app/meta.ts'
import { timeZone } from '../app/session.ts'

/** One line; '' for an empty value. */
export const shownText = (field: ClientField, value: WireValue | undefined): string =>
  formatValue(field, value, {
    locale: locale(),
    timeZone: timeZone(),
    baseCurrency: meta.all.baseCurrency,
    texts: { yes: t('fields.yes'), no: t('fields.no'), secret: t('fields.secret.set') },
  })
