// The parts of studio/fields that lists use.
export { filterEditor, filterOperators, filterRule, filterText, firstValue, renderCell } from '../fields/index.ts'
