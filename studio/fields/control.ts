// What every control of an editor says about itself: `<input ${control(context)}>`.
import { nothing } from 'lit'
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js'
import type { EditorContext } from './editor.ts'

export type ControlState = Pick<EditorContext, 'id' | 'describedBy' | 'required' | 'disabled' | 'invalid'>

class Control extends Directive {
  constructor(part: PartInfo) {
    super(part)
    if (part.type !== PartType.ELEMENT) throw new Error('control() stands in a tag')
  }

  render(_state: ControlState): typeof nothing {
    return nothing
  }

  override update({ element }: ElementPart, [state]: [ControlState]): typeof nothing {
    element.id = state.id
    element.toggleAttribute('disabled', state.disabled)
    setOrRemove(element, 'aria-required', state.required && 'true')
    setOrRemove(element, 'aria-invalid', state.invalid && 'true')
    setOrRemove(element, 'aria-describedby', state.describedBy)
    return nothing
  }
}

function setOrRemove(element: Element, name: string, value: string | false): void {
  if (value) element.setAttribute(name, value)
  else element.removeAttribute(name)
}

export const control = directive(Control)
