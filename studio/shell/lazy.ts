// Pages arrive when they are opened.
import type { TemplateResult } from 'lit'

/** The element is drawn at once and comes to life when its code has arrived. */
export function lazy(load: () => Promise<unknown>, template: TemplateResult): TemplateResult {
  void load()
  return template
}
