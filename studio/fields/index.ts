// One cell, one editor and one filter for every kind of value. Importing this defines <rl-field-editor>.
export { renderCell } from './cell.ts'
export { renderValue } from './value.ts'
export { filterEditor, filterOperators, filterRule, filterText, firstValue } from './filter.ts'
export { RlFieldEditor } from './field-editor.ts'
