// A made-up tenant for the gallery: one entity with a field of every type, and what stands around it. Its labels are
// data, in two languages, as those of metadata are.
import { FIELD_TYPES } from '../../sdk/fields/index.ts'
import type { Text } from '../../sdk/metadata/source.ts'
import type { ClientEntity, ClientField, ClientMeta } from '../../sdk/wire/meta.ts'

const bi = (en: string, ru: string): Text => ({ en, ru })

interface SampleField {
  label: Text
  help?: Text
  options?: ClientField['options']
}

const PLACE = 'gallery.place'
const LINK = 'gallery.contract_place'
export const CONTRACT = 'gallery.contract'

const COLOURS = ['gray', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'indigo', 'purple', 'pink'] as const
const COLOUR_NAMES: readonly Text[] = [
  bi('Draft', 'Черновик'),
  bi('Refused', 'Отклонено'),
  bi('Waiting for the signature of the other side', 'Ожидает подписания второй стороной'),
  bi('Under review', 'На рассмотрении'),
  bi('Won', 'Заключено'),
  bi('Handed over', 'Передано в эксплуатацию'),
  bi('Running', 'Исполняется'),
  bi('Extended', 'Продлено'),
  bi('In dispute', 'Оспаривается'),
  bi('Terminated', 'Расторгнуто'),
]
const choices = COLOURS.map((color, index) => ({
  value: color,
  color,
  label: COLOUR_NAMES[index] ?? color,
  ...(color === 'pink' ? { inactive: true } : {}),
}))
const plainChoices = [
  { value: 'lease', label: bi('Lease', 'Аренда') },
  { value: 'upkeep', label: bi('Upkeep and cleaning', 'Содержание и уборка территории') },
  { value: 'heating', label: bi('District heating', 'Централизованное теплоснабжение') },
]

/** By the name of the type, which is also the name of the field. */
const FIELDS: Readonly<Record<string, SampleField>> = {
  text: { label: bi('Subject', 'Предмет договора'), help: bi('As on the first page.', 'Как на первой странице.') },
  long_text: { label: bi('Conditions', 'Особые условия и обязательства сторон') },
  number: { label: bi('Area, m²', 'Площадь, м²') },
  decimal: { label: bi('Share', 'Доля в праве собственности'), options: { scale: 4 } },
  money: { label: bi('Rent a month', 'Ежемесячная арендная плата') },
  percent: { label: bi('Discount', 'Скидка') },
  boolean: { label: bi('Registered', 'Зарегистрировано') },
  date: { label: bi('Signed on', 'Дата подписания') },
  date_time: { label: bi('Handover', 'Передача по акту'), options: { zoned: true } },
  choice: { label: bi('Stage', 'Стадия'), options: { choices } },
  multi_choice: { label: bi('Kinds of service', 'Виды услуг'), options: { choices: plainChoices } },
  email: { label: bi('E-mail for notices', 'Электронная почта для уведомлений') },
  phone: { label: bi('Phone', 'Телефон') },
  url: { label: bi('Page in the register', 'Страница в реестре') },
  address: { label: bi('Place of performance', 'Место исполнения') },
  person_name: { label: bi('Signed by', 'Подписант') },
  json: { label: bi('As imported', 'Исходные данные') },
  file: { label: bi('Scanned copy', 'Отсканированная копия') },
  auto_number: { label: bi('Number', 'Номер'), options: { numberPattern: 'C-{YYYY}-{00000}' } },
  user: { label: bi('Responsible', 'Ответственный сотрудник') },
  reference: { label: bi('Building', 'Здание'), options: { to: [PLACE] } },
  many_to_many: {
    label: bi('Rooms', 'Помещения'),
    options: { to: [PLACE], link: { entity: LINK, source: 'contract', target: 'place' } },
  },
  any_reference: { label: bi('Other side', 'Другая сторона'), options: { to: [PLACE, CONTRACT] } },
  parent: { label: bi('Framework contract', 'Рамочный договор'), options: { to: [CONTRACT] } },
  formula: { label: bi('Rent a year', 'Годовая арендная плата'), options: { ruleType: { kind: 'decimal' } } },
  rollup: { label: bi('Payments', 'Платежи'), options: { rollup: { entity: PLACE, aggregate: 'count' } } },
  secret: { label: bi('Key of the safe', 'Код сейфа') },
}

function sampleField(name: string, { label, help, options = {} }: SampleField): ClientField {
  const type = FIELD_TYPES[name]
  if (!type) throw new Error(`There is no field type ${name}.`)
  const { widget, isWritable, isReadable, isSortable } = type
  return {
    ...{ name, package: 'gallery', type: name, label, required: false, unique: false, searchable: false },
    ...{ readOnly: false, personal: 'none', widget, isWritable, isReadable, isSortable, options },
    ...(help === undefined ? {} : { help }),
  }
}

const ALL = { create: true, read: true, update: true, delete: true, export: true, import: true, share: true }
const entity = (name: string, label: Text, plural: Text, icon: string): ClientEntity => ({
  ...{ name, package: 'gallery', label, plural, icon, ownership: 'user', traits: [], history: true, isLink: false },
  ...{ activities: false, comments: false, files: false, search: true, fields: [], uniques: [], inbound: [], can: ALL },
})

export const contract: ClientEntity = {
  ...entity(CONTRACT, bi('Contract', 'Договор'), bi('Contracts', 'Договоры'), 'file-signature'),
  description: bi(
    'What was agreed with others, from the first draft to the last payment.',
    'Всё, о чём договорились с другими: от первого черновика до последнего платежа.',
  ),
  fields: Object.entries(FIELDS).map(([name, field]) => sampleField(name, field)),
}

const ENTRIES: readonly { label: Text; icon: string; group: Text; entity?: string }[] = [
  { label: bi('Open page', 'Открытая страница'), icon: 'file-signature', group: '', entity: '' },
  { label: bi('Buildings', 'Здания'), icon: 'building-2', group: '' },
  {
    label: bi('Parking violations and fines', 'Правонарушения на парковках и штрафы'),
    icon: 'square-parking',
    group: bi('City', 'Городское хозяйство'),
  },
  { label: bi('Property tax', 'Налог на имущество'), icon: 'landmark', group: bi('City', 'Городское хозяйство') },
]

const VIEWS: readonly Text[] = [
  bi('All', 'Все'),
  bi('Waiting for us', 'Ожидают нашего решения'),
  bi('Ending this year', 'Заканчиваются в этом году'),
]

export const sampleMeta: ClientMeta = {
  tenant: { slug: 'gallery', title: 'Северо-Западное управление', isDemo: true },
  ...{ version: 1, locales: ['en', 'ru'], baseCurrency: 'EUR', administer: true, relationships: [], forms: [] },
  entities: [
    contract,
    entity(PLACE, bi('Place', 'Помещение'), bi('Places', 'Помещения'), 'building-2'),
    { ...entity(LINK, bi('Room of a contract', 'Помещение договора'), bi('Rooms', 'Помещения'), 'link'), isLink: true },
  ],
  views: VIEWS.map((label, index) => ({
    ...{ name: `view_${index}`, package: 'gallery', entity: CONTRACT, label, kind: 'grid', isDefault: index === 0 },
    ...{ columns: [], sort: [], group: [] },
  })),
  actions: [],
  apps: [
    {
      ...{ name: 'gallery', package: 'gallery', label: bi('Contracts and assets', 'Договоры и активы'), icon: 'boxes' },
      navigation: ENTRIES.map(({ entity: to = PLACE, ...entry }, index) => ({ ...entry, id: `${index}`, entity: to })),
    },
  ],
}

/** Words of the gallery itself. */
export const words = {
  title: bi('Gallery', 'Галерея'),
  language: bi('Language', 'Язык'),
  density: bi('Rows', 'Строки'),
  leave: bi('Close', 'Закрыть'),
  busy: bi('Saving …', 'Сохраняется …'),
  wrong: bi('This does not look right. Check it, please.', 'Похоже на ошибку. Проверьте, пожалуйста.'),
  choose: bi('Open a menu', 'Открыть меню'),
  buttons: bi('Buttons', 'Кнопки'),
  menus: bi('Menus', 'Меню'),
  dialogs: bi('Dialogs', 'Диалоги'),
  toasts: bi('Messages', 'Сообщения'),
  tabs: bi('Tabs', 'Вкладки'),
  filters: bi('Search and filters', 'Поиск и фильтры'),
  empty: bi('Empty, loading, failed', 'Пусто, загрузка, сбой'),
  list: bi('List', 'Список'),
  cards: bi('List on a narrow screen', 'Список на узком экране'),
  reading: bi('Reading', 'Чтение'),
  saving: bi('Saving and conflicts', 'Сохранение и конфликты'),
  history: bi('History', 'История'),
  panel: bi('Panel for a new record', 'Панель новой записи'),
  sidebar: bi('Sidebar', 'Боковая панель'),
  editors: bi('Editors of all types', 'Редакторы всех типов'),
  states: {
    empty: bi('Empty', 'Пусто'),
    filled: bi('Filled', 'Заполнено'),
    required: bi('Required', 'Обязательно'),
    wrong: bi('Wrong', 'С ошибкой'),
    disabled: bi('Disabled', 'Недоступно'),
  },
} as const
