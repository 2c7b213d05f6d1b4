// A small package that has a bit of everything the records API does, for tests over HTTP.
import type { PackageSource } from '../../sdk/metadata/source.ts'

export const SHOP: PackageSource = {
  name: 'shop',
  files: {
    'package.json': { name: 'shop', version: '1.0.0', label: 'Shop', requires: { system: '^1.0.0' } },
    'entities/customer.json': {
      name: 'customer',
      label: 'Customer',
      ownership: 'user',
      display_name: 'name',
      fields: [
        { name: 'name', type: 'text', required: true, searchable: true },
        { name: 'code', type: 'text', unique: true },
        { name: 'email', type: 'email' },
        {
          name: 'stage',
          type: 'choice',
          options: [{ value: 'new' }, { value: 'active' }, { value: 'lost' }],
          default: 'new',
        },
        { name: 'labels', type: 'multi_choice', options: [{ value: 'vip' }, { value: 'press' }, { value: 'late' }] },
        { name: 'rating', type: 'number', min: 0, max: 10 },
        { name: 'since', type: 'date' },
        { name: 'token', type: 'secret' },
        { name: 'orders', type: 'rollup', rollup: { over: 'order.customer', aggregate: 'count' } },
        {
          name: 'turnover',
          type: 'rollup',
          rollup: {
            over: 'order.customer',
            aggregate: 'sum',
            field: 'total.base',
            filter: { '==': [{ var: 'state' }, 'paid'] },
          },
        },
        { name: 'largest', type: 'rollup', rollup: { over: 'order.customer', aggregate: 'max', field: 'total.base' } },
        { name: 'smallest', type: 'rollup', rollup: { over: 'order.customer', aggregate: 'min', field: 'total.base' } },
        { name: 'mean', type: 'rollup', rollup: { over: 'order.customer', aggregate: 'average', field: 'total.base' } },
      ],
    },
    'entities/order.json': {
      name: 'order',
      label: 'Order',
      display_name: { join: [' · ', { var: 'number' }, { var: 'title' }] },
      fields: [
        { name: 'number', type: 'auto_number', number_pattern: 'O-{0000}' },
        { name: 'title', type: 'text' },
        { name: 'customer', type: 'reference', to: 'customer', on_delete: 'cascade' },
        {
          name: 'state',
          type: 'choice',
          options: [{ value: 'open' }, { value: 'paid' }, { value: 'cancelled' }],
          default: 'open',
        },
        { name: 'total', type: 'money' },
        { name: 'weight', type: 'decimal', scale: 6 },
        { name: 'placed_at', type: 'date_time' },
        { name: 'meeting', type: 'date_time', zoned: true },
        { name: 'is_large', type: 'formula', rule: { '>': [{ var: 'total.base' }, 1000] } },
      ],
    },
    'entities/category.json': {
      name: 'category',
      label: 'Category',
      display_name: 'title',
      fields: [
        { name: 'title', type: 'text', required: true },
        { name: 'above', type: 'parent', on_delete: 'restrict' },
      ],
    },
    'entities/remark.json': {
      name: 'remark',
      label: 'Remark',
      display_name: 'text',
      fields: [
        { name: 'text', type: 'long_text', required: true },
        { name: 'about', type: 'any_reference', to: ['customer', 'order'], on_delete: 'cascade' },
        { name: 'writer', type: 'reference', to: 'customer', on_delete: 'detach' },
        { name: 'guard', type: 'reference', to: 'category', on_delete: 'restrict' },
      ],
      uniques: [{ name: 'text_by_writer', fields: ['text', 'writer'] }],
    },
  },
}
