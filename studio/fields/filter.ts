export { filterEditor, filterOperators, filterRule, filterText } from '../list/plain-kit.ts'
