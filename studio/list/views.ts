// The views of an entity as tabs; where there are many, the rest stand in a menu. One is always chosen.
import { html, nothing } from 'lit'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { type ClientView, text } from '../app/meta.ts'
import { hrefOf } from '../app/router.ts'
import '../shell/menu.ts'

const SHOWN = 5

/** Each view is a link with the view's own filter, sort and columns: what was changed by hand is left behind. */
export function renderViews(views: readonly ClientView[], current: ClientView | undefined) {
  if (views.length < 2) return nothing
  const at = current ? views.indexOf(current) : 0
  // The one that is open is always among those shown.
  const shown = at < SHOWN ? views.slice(0, SHOWN) : [...views.slice(0, SHOWN - 1), ...views.slice(at, at + 1)]
  const rest = views.filter((view) => !shown.includes(view))
  return html`<nav class="rl-views" aria-label=${t('list.views')}>
    ${shown.map(
      (view) =>
        html`<a class="rl-view" href=${hrefOfView(view)} aria-current=${view === current ? 'page' : nothing}>${text(view.label)}</a>`,
    )}
    ${
      rest.length === 0
        ? nothing
        : html`<rl-menu
            look="quiet"
            .face=${html`${t('more')}${icon('chevron-down')}`}
            .items=${rest.map((view) => ({ label: text(view.label), href: hrefOfView(view) }))}
          ></rl-menu>`
    }
  </nav>`
}

function hrefOfView(view: ClientView): string {
  return hrefOf.list(view.entity, view.isDefault ? {} : { view: view.name })
}
