// Which editor belongs to which widget.
import type { Widget } from '../../sdk/fields/types.ts'
import { editChoice, editChoices } from './edit-choice.ts'
import { editFile } from './edit-file.ts'
import { editJson } from './edit-json.ts'
import { editLinks } from './edit-links.ts'
import { editAddress, editDatetime, editMoney, editPersonName } from './edit-parts.ts'
import {
  editCheckbox,
  editDate,
  editEmail,
  editMultiline,
  editNumber,
  editPercent,
  editPhone,
  editReadonly,
  editText,
  editUrl,
} from './edit-plain.ts'
import { editAnyReference, editReference } from './edit-reference.ts'
import { editSecret } from './edit-secret.ts'
import type { Editor } from './editor.ts'

const EDITORS: Readonly<Record<Widget, Editor>> = {
  text: editText,
  multiline: editMultiline,
  number: editNumber,
  money: editMoney,
  percent: editPercent,
  checkbox: editCheckbox,
  date: editDate,
  datetime: editDatetime,
  choice: editChoice,
  choices: editChoices,
  email: editEmail,
  phone: editPhone,
  url: editUrl,
  address: editAddress,
  personName: editPersonName,
  json: editJson,
  file: editFile,
  reference: editReference,
  anyReference: editAnyReference,
  links: editLinks,
  secret: editSecret,
  readonly: editReadonly,
}

export const editorOf = (widget: Widget): Editor => EDITORS[widget]
