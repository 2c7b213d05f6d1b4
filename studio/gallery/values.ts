// Records of the made-up entity: usual values, long ones, other scripts, none, and those at the ends of what there is.
import type { HistoryEntry, WireRecord, WireValue } from '../../sdk/wire/records.ts'

export type Sample = 'usual' | 'long' | 'chinese' | 'empty' | 'extreme'

const to = (id: string, display_name: string): WireValue => ({ id, display_name })
const ID = '018f0000-0000-7000-8000-00000000000'

/** By type: usual, long (Russian), Chinese, at the ends. */
const VALUES: Readonly<Record<string, readonly [WireValue, WireValue, WireValue, WireValue]>> = {
  text: [
    'Lease of the ground floor',
    'Водогрязеторфопарафинолечение и переосвидетельствование рентгеноэлектрокардиографического оборудования',
    '北京市朝阳区办公楼租赁合同',
    'ZZ',
  ],
  long_text: [
    'Heating is included.\nThe tenant repairs what it breaks.',
    'Частнопредпринимательская деятельность допускается исключительно при наличии письменного согласия арендодателя.\n\nСверхвысокопроизводительное оборудование подлежит освидетельствованию.',
    '租金按月支付。\n租户负责日常维护。',
    '—',
  ],
  number: [1_240, 1_234_567.891, 88, -0.5],
  decimal: ['0.2500', '123456789.1234', '1.0000', '-0.0001'],
  money: [
    { amount: '1250.00', currency: 'EUR' },
    { amount: '12345678901.99', currency: 'RUB' },
    { amount: '88000', currency: 'JPY' },
    { amount: '-3499.90', currency: 'EUR' },
  ],
  percent: ['12.5', '100', '8', '-250'],
  boolean: [true, false, true, false],
  date: ['2026-03-12', '2025-12-31', '2024-02-29', '9999-12-31'],
  date_time: [
    { at: '2026-03-12T13:05:00Z', zone: 'Europe/Berlin' },
    { at: '2025-12-31T20:59:00Z', zone: 'Asia/Vladivostok' },
    { at: '2024-02-29T01:00:00Z', zone: 'Asia/Shanghai' },
    { at: '1899-12-31T23:59:00Z', zone: 'America/Argentina/ComodRivadavia' },
  ],
  choice: ['green', 'orange', 'blue', 'pink'],
  multi_choice: [['lease'], ['lease', 'upkeep', 'heating'], ['heating'], ['gone']],
  email: [
    'leasing@example.com',
    'otdel.arendy.nezhilyh.pomeshcheniy@severo-zapadnoe-upravlenie.example.org',
    'li@example.cn',
    'a@b.example',
  ],
  phone: ['+493012345678', '+78121234567', '+861012345678', '+12025550123'],
  url: [
    'https://www.example.com/register/4711',
    'https://register.example.org/договоры/аренда/нежилые-помещения/2025/очень-длинный-адрес-страницы',
    'https://example.cn',
    'https://example.com/',
  ],
  address: [
    { street: 'Lindenstraße 4', postal_code: '10969', city: 'Berlin', country: 'DE' },
    {
      street: 'проспект Непокорённых, д. 63, литера К6, помещение 27-Н',
      postal_code: '195273',
      city: 'Санкт-Петербург',
      country: 'RU',
    },
    { street: '建国门外大街1号', postal_code: '100004', city: '北京', country: 'CN' },
    { street: '1 Main St', city: 'Springfield', region: 'IL', postal_code: '62701', country: 'US' },
  ],
  person_name: [
    { given: 'Ada', family: 'Lovelace' },
    { prefix: 'д-р', given: 'Александра', middle: 'Константиновна', family: 'Римская-Корсакова-Преображенская' },
    { given: '小明', family: '李' },
    { given: 'X' },
  ],
  json: [{ source: 'register', line: 12 }, { источник: 'реестр', строки: [1, 2, 3] }, { 来源: '登记' }, []],
  file: [
    to(`${ID}1`, 'lease.pdf'),
    to(`${ID}2`, 'Договор_аренды_нежилого_помещения_с_дополнительными_соглашениями_подписанный.pdf'),
    to(`${ID}3`, '合同.pdf'),
    to(`${ID}4`, 'a'),
  ],
  auto_number: ['C-2026-00042', 'C-2025-99999', 'C-2024-00001', 'C-1999-1000000'],
  user: [
    to(`${ID}5`, 'Grace Hopper'),
    to(`${ID}6`, 'Александра Римская-Корсакова-Преображенская'),
    to(`${ID}7`, '李小明'),
    to(`${ID}8`, 'X'),
  ],
  reference: [
    to(`${ID}1`, 'Lindenstraße 4'),
    to(`${ID}2`, 'Административно-хозяйственное здание Северо-Западного управления'),
    to(`${ID}3`, '国贸大厦'),
    to(`${ID}4`, 'K6'),
  ],
  many_to_many: [
    [{ id: `${ID}a`, place: to(`${ID}1`, 'Room 1') }],
    [
      { id: `${ID}b`, place: to(`${ID}2`, 'Электрощитовая вспомогательного корпуса') },
      { id: `${ID}c`, place: to(`${ID}3`, 'Зал заседаний') },
    ],
    [{ id: `${ID}d`, place: to(`${ID}4`, '一楼') }],
    [],
  ],
  any_reference: [
    { entity: 'gallery.place', id: `${ID}1`, display_name: 'Lindenstraße 4' },
    { entity: 'gallery.contract', id: `${ID}2`, display_name: 'Дополнительное соглашение о переустройстве' },
    { entity: 'gallery.place', id: `${ID}3`, display_name: '国贸大厦' },
    { entity: 'gallery.place', id: `${ID}4`, display_name: 'K6' },
  ],
  parent: [
    to(`${ID}5`, 'Framework 2026'),
    to(`${ID}6`, 'Рамочный договор на предоставление нежилых помещений'),
    to(`${ID}7`, '框架协议'),
    to(`${ID}8`, 'F'),
  ],
  formula: ['15000.00', '148148146823.88', '1056000', '-41998.80'],
  rollup: ['12', '1204567', '0', '3'],
  secret: [true, true, true, true],
}

const PLACE_OF: Readonly<Record<Sample, 0 | 1 | 2 | 3 | null>> = {
  usual: 0,
  long: 1,
  chinese: 2,
  empty: null,
  extreme: 3,
}

export function sampleValue(type: string, sample: Sample): WireValue {
  const at = PLACE_OF[sample]
  return at === null ? null : (VALUES[type]?.[at] ?? null)
}

export function recordOf(sample: Sample, id = `${ID}0`): WireRecord {
  const values = Object.fromEntries(Object.keys(VALUES).map((type) => [type, sampleValue(type, sample)]))
  const name = values['text']
  return { ...values, id, version: 3, display_name: typeof name === 'string' ? name : '' }
}

export const sampleRecords: readonly WireRecord[] = (
  ['usual', 'long', 'chinese', 'empty', 'extreme', 'usual', 'long', 'chinese'] as const
).map((sample, index) => recordOf(sample, `${ID}${index}`))

const by = (id: string, display_name: string) => ({ id, display_name, kind: 'person' }) as const
export const sampleHistory: readonly HistoryEntry[] = [
  {
    version: 3,
    at: '2026-03-12T13:05:00Z',
    by: by(`${ID}6`, 'Александра Римская-Корсакова-Преображенская'),
    on_behalf: null,
    operation: 'update',
    changes: {
      text: [sampleValue('text', 'usual'), sampleValue('text', 'long')],
      money: [sampleValue('money', 'usual'), sampleValue('money', 'extreme')],
      choice: ['gray', 'green'],
      long_text: [null, sampleValue('long_text', 'usual')],
      boolean: [true, false],
    },
  },
  {
    version: 2,
    at: '2026-03-02T08:00:00Z',
    by: { id: `${ID}7`, display_name: 'Address book', kind: 'plugin' },
    on_behalf: { id: `${ID}5`, display_name: 'Grace Hopper' },
    operation: 'restore',
    changes: {},
  },
  {
    version: 1,
    at: '2019-01-01T00:00:00Z',
    by: by(`${ID}5`, 'Grace Hopper'),
    on_behalf: null,
    operation: 'create',
    changes: {},
  },
]
