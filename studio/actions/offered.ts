// Which buttons of plugins stand where. What a button asks of a record is a rule, held against what the page knows.
import type { ClientAction, ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { meta } from '../app/meta.ts'
import { holds } from '../fields/form-rules.ts'

type Place = ClientAction['on'][number]

const inPlace = ({ name }: ClientEntity, place: Place): ClientAction[] =>
  meta.all.actions
    .filter((action) => action.entity === name && action.on.includes(place))
    .toSorted((a, b) => Number(b.isPromoted) - Number(a.isPromoted))

/** Those that matter most first. */
export const actionsOnRecord = (entity: ClientEntity, record: WireRecord): ClientAction[] =>
  inPlace(entity, 'record').filter(({ visibleIf }) => holds(entity, visibleIf, record, true))

export const actionsOnList = (entity: ClientEntity): ClientAction[] => inPlace(entity, 'list')

/** Whether each of the chosen records is one for it, only the server knows: a row does not hold every field. */
export const actionsOnMany = (entity: ClientEntity): ClientAction[] => inPlace(entity, 'bulk')
