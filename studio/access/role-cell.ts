// One cell of the matrix: how far one operation on one entity reaches, and why.
import { html, nothing, type TemplateResult } from 'lit'
import type { Operation } from '../../sdk/metadata/rights.ts'
import type { GrantOrigin, WireGrant } from '../../sdk/wire/role.ts'
import { t } from '../app/i18n.ts'
import { entityWord, kindOf, operationWord, reach, scopeAbout, scopeWord } from './role-words.ts'

export interface CellState {
  entity: string
  operation: Operation
  grant: WireGrant
  /** No role can give it. */
  isFixed: boolean
  /** From what packages say. */
  isDifferent: boolean
  isUnsaved: boolean
  /** Id of what tells what is wrong. */
  problem: string | undefined
  tabIndex: number
  open(event: Event): void
}

export function renderCell(cell: CellState): TemplateResult {
  const { entity, operation, grant, isFixed, isDifferent, isUnsaved, problem } = cell
  const kind = kindOf(grant.scope)
  const place = { entity: entityWord(entity), operation: operationWord(operation) }
  const why = isFixed ? t('role.cell.fixed') : [scopeAbout(kind), originWord(grant.from)].filter(Boolean).join(' · ')
  const said = [
    t('role.cell', { ...place, scope: scopeWord(grant.scope) }),
    isFixed ? t('role.cell.fixed') : originWord(grant.from),
    isDifferent ? t('role.changedHere') : '',
    isUnsaved ? t('role.notSaved') : '',
  ]
  return html`<td role="gridcell" ?data-unsaved=${isUnsaved} data-operation=${operation}>
    <button
      type="button"
      class="rl-matrix-cell"
      data-kind=${kind}
      data-from=${grant.from}
      data-row=${entity}
      data-column=${operation}
      tabindex=${cell.tabIndex}
      aria-haspopup="menu"
      aria-disabled=${isFixed ? 'true' : nothing}
      aria-invalid=${problem ? 'true' : nothing}
      aria-describedby=${problem ?? nothing}
      aria-label=${said.filter(Boolean).join('. ')}
      title=${why}
      @click=${cell.open}
    >
      <span class="rl-matrix-operation">${place.operation}</span>
      ${isFixed ? html`<span class="rl-matrix-word">–</span>` : html`${reach(kind)}<span class="rl-matrix-word">${scopeWord(grant.scope)}</span>`}
      ${isDifferent ? html`<span class="rl-role-mark"></span>` : nothing}
    </button>
  </td>`
}

/** '' for what the row says itself. */
function originWord(from: GrantOrigin): string {
  if (from === 'others') return t('role.follows')
  if (from === 'administer') return t('role.ofAdministrators')
  return from === 'kernel' ? t('role.ofEverybody') : ''
}
