// The table of the bench: twenty columns of the kinds that business records have.
import type { PackageSource } from '../../../sdk/metadata/source.ts'

export interface BenchColumn {
  name: string
  sqlType: string
  /** Member of the metadata file. */
  field: Record<string, unknown>
}

const STAGES = ['new', 'open', 'offered', 'won', 'lost']
const text = (name: string, more: Record<string, unknown> = {}): BenchColumn => ({
  name,
  sqlType: 'text',
  field: { name, type: 'text', ...more },
})

export const COLUMNS: readonly BenchColumn[] = [
  text('name', { required: true }),
  text('code', { indexed: true }),
  {
    name: 'stage',
    sqlType: 'text',
    field: { name: 'stage', type: 'choice', options: STAGES.map((value) => ({ value })) },
  },
  { name: 'amount', sqlType: 'numeric', field: { name: 'amount', type: 'decimal', scale: 2, indexed: true } },
  { name: 'discount', sqlType: 'numeric', field: { name: 'discount', type: 'percent' } },
  { name: 'quantity', sqlType: 'float8', field: { name: 'quantity', type: 'number' } },
  { name: 'probability', sqlType: 'float8', field: { name: 'probability', type: 'number', min: 0, max: 100 } },
  { name: 'is_active', sqlType: 'boolean', field: { name: 'is_active', type: 'boolean' } },
  { name: 'is_vip', sqlType: 'boolean', field: { name: 'is_vip', type: 'boolean' } },
  { name: 'due_on', sqlType: 'date', field: { name: 'due_on', type: 'date' } },
  { name: 'signed_on', sqlType: 'date', field: { name: 'signed_on', type: 'date' } },
  { name: 'met_at', sqlType: 'timestamptz', field: { name: 'met_at', type: 'date_time' } },
  { name: 'email', sqlType: 'text', field: { name: 'email', type: 'email' } },
  { name: 'phone', sqlType: 'text', field: { name: 'phone', type: 'phone' } },
  { name: 'website', sqlType: 'text', field: { name: 'website', type: 'url' } },
  text('city'),
  text('region'),
  text('source'),
  text('remark'),
  { name: 'details', sqlType: 'text', field: { name: 'details', type: 'long_text' } },
]

export const BENCH_PACKAGE: PackageSource = {
  name: 'bench',
  files: {
    'package.json': { name: 'bench', version: '1.0.0', label: 'Bench', requires: { system: '*' } },
    'entities/item.json': {
      name: 'item',
      label: 'Item',
      display_name: 'name',
      ownership: 'none',
      // The handlers written by hand have no search either: both tables bear the same indexes.
      search: false,
      fields: COLUMNS.map((column) => column.field),
    },
  },
}

/** Deterministic: the same number, the same row. */
export function benchRow(number: number): Record<string, string | number | boolean> {
  const mixed = Math.imul(number, 2_654_435_761) >>> 0
  const day = (shift: number) => new Date(Date.UTC(2020, 0, 1 + ((mixed >>> shift) % 2_000))).toISOString().slice(0, 10)
  return {
    name: `Item ${number} ${mixed.toString(36)}`,
    code: `C${mixed.toString(16).padStart(8, '0')}`,
    stage: STAGES[mixed % STAGES.length] ?? 'new',
    amount: ((mixed % 10_000_000) / 100).toFixed(2),
    discount: ((mixed % 3_000) / 100).toFixed(2),
    quantity: mixed % 1_000,
    probability: mixed % 101,
    is_active: mixed % 3 > 0,
    is_vip: mixed % 17 === 0,
    due_on: day(3),
    signed_on: day(7),
    met_at: `${day(5)}T0${mixed % 10}:30:00Z`,
    email: `person${number}@example.org`,
    phone: `+4930${String(1_000_000 + (mixed % 8_999_999))}`,
    website: `https://example.org/${mixed.toString(36)}`,
    city: ['Berlin', 'Москва', '北京', 'São Paulo', 'Leeds'][mixed % 5] ?? '',
    region: `Region ${mixed % 40}`,
    source: `Source ${mixed % 9}`,
    remark: `Remark on item ${number}`,
    details: `Details of item ${number}: ${'lorem ipsum dolor '.repeat(1 + (mixed % 4))}`,
  }
}
