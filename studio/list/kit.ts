// The parts of studio/fields that lists use, or plain ones while they are not there.
import type { FilterEditor, FilterOperators, FilterRule, FilterText, RenderCell } from '../app/field-kit.ts'
import * as plain from './plain-kit.ts'

interface FieldKit {
  renderCell: RenderCell
  filterOperators: FilterOperators
  filterEditor: FilterEditor
  filterRule: FilterRule
  filterText: FilterText
}
const found = import.meta.glob<Partial<FieldKit>>('../fields/index.ts', { eager: true })
export const { renderCell, filterOperators, filterEditor, filterRule, filterText }: FieldKit = {
  ...plain,
  ...Object.values(found)[0],
}
