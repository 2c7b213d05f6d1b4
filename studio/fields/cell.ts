// A value in a list: one line, few elements.
import type { RenderCell } from '../app/field-kit.ts'
import { shownText } from './shown.ts'

export const renderCell: RenderCell = (field, value) => shownText(field, value)
