// A package with something worth stealing, and roles that may do a part of it.
import type { PackageSource } from '../../sdk/metadata/source.ts'

const ALL = { create: 'all', read: 'all', update: 'all', delete: 'all', import: 'all', export: 'all' }

export const FORT: PackageSource = {
  name: 'fort',
  files: {
    'package.json': { name: 'fort', version: '1.0.0', label: 'Fort', requires: { system: '^1.0.0' } },
    'entities/worker.json': {
      name: 'worker',
      label: 'Worker',
      fields: [
        { name: 'name', type: 'text', unique: true },
        { name: 'paid', type: 'rollup', rollup: { over: 'salary.worker', aggregate: 'sum', field: 'amount' } },
      ],
    },
    // Nobody but administrators may know of it.
    'entities/salary.json': {
      name: 'salary',
      label: 'Salary',
      fields: [
        { name: 'title', type: 'text', unique: true },
        { name: 'worker', type: 'reference', to: 'worker', on_delete: 'restrict' },
        { name: 'amount', type: 'decimal' },
      ],
    },
    'entities/safe.json': {
      name: 'safe',
      label: 'Safe',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'token', type: 'secret' },
      ],
    },
    'entities/post.json': {
      name: 'post',
      label: 'Post',
      ownership: 'user',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'safe', type: 'reference', to: 'safe' },
        { name: 'salary', type: 'reference', to: 'salary' },
        { name: 'robot', type: 'reference', to: 'system.key' },
        { name: 'worker', type: 'reference', to: 'worker' },
        { name: 'about', type: 'any_reference', to: ['salary', 'worker'] },
        { name: 'watch', type: 'many_to_many', to: 'worker' },
      ],
    },
    'entities/department.json': { name: 'department', label: 'Department', fields: [{ name: 'name', type: 'text' }] },
    'entities/user.json': {
      extends: 'system.user',
      fields: [{ name: 'department', type: 'reference', to: 'department', on_delete: 'cascade' }],
    },
    'roles/worker.json': { name: 'worker', label: 'Worker', entities: { '*': ALL, salary: {} } },
    'roles/helpdesk.json': {
      name: 'helpdesk',
      label: 'Help desk',
      entities: { 'system.user': ALL, 'system.key': ALL, 'system.session': ALL },
    },
    'roles/chief.json': { name: 'chief', label: 'Chief', administer: true, entities: { '*': ALL } },
  },
}
