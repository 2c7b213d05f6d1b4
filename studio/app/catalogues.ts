// The parts of the English catalogue, put together. A key stands in one part only.
import { en } from '../catalogue/en.ts'
import { enFields } from '../catalogue/en-fields.ts'
import { enRecord } from '../catalogue/en-record.ts'

export const english = { ...en, ...enRecord, ...enFields }
