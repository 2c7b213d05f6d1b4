// What a person is changing on one record: which fields stand open, what they hold, what is wrong with them. One save
// sends all of it; what is not saved yet survives a closed tab.
import type { ReactiveController } from 'lit'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { ApiError } from '../app/api.ts'
import { confirmDiscard } from '../app/dialog.ts'
import { t } from '../app/i18n.ts'
import { meta } from '../app/meta.ts'
import { records, type WriteOptions } from '../app/records.ts'
import { addLeaveGuard } from '../app/router.ts'
import { toast, toastError, toastUndo } from '../app/toast.ts'
import { areFine, type FieldChange, type RlFieldEditor } from '../fields/field-editor.ts'
import { type Conflict, contested } from './conflict.ts'
import { bodyOf, problemsByField, problemsElsewhere, type Values } from '../fields/form-values.ts'
import { dropDraft, keepDraft, keptDraft } from './draft.ts'
import { duplicatesOf, type Refused } from './refused.ts'

/** The page that shows the record. */
export interface RecordHost extends HTMLElement {
  addController(controller: ReactiveController): void
  requestUpdate(): void
  readonly updateComplete: Promise<boolean>
  /** Qualified name. */
  readonly entity: string
  readonly record: WireRecord | null
  /** The record as it is now, with the names of what it points to. @throws ApiError */
  fetchRecord(): Promise<WireRecord>
  /** Shows another state of the same record. */
  take(record: WireRecord): void
  /** Names of the fields that the form has a place for. */
  fieldsShown(): ReadonlySet<string>
  /** Brings a field into view, wherever it stands: on another tab, in a folded section. */
  reveal(field: string): Promise<void>
}

export class RecordEditing implements ReactiveController {
  changes: Values = {}
  errors: Readonly<Record<string, string>> = {}
  conflict: Conflict | null = null
  /** What is said above the form. */
  refused: Refused | undefined
  isSaving = false
  /** The changes were typed before the page was opened. */
  isTakenUp = false
  /** All fields stand open, not only those that were asked for. */
  isWhole = false
  #open: ReadonlySet<string> = new Set()
  #removeGuard: (() => void) | undefined
  readonly #host: RecordHost

  constructor(host: RecordHost) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    this.stop()
  }

  get count(): number {
    return Object.keys(this.changes).length
  }

  get isActive(): boolean {
    return this.isWhole || this.#open.size > 0 || this.count > 0
  }

  get #entity(): ClientEntity | undefined {
    return meta.entity(this.#host.entity)
  }

  isOpen(field: string): boolean {
    return this.isWhole || this.#open.has(field)
  }

  /** One field, and the focus in it. */
  open(field: string): void {
    this.#open = new Set([...this.#open, field])
    this.#host.requestUpdate()
    void this.#host.updateComplete.then(() => this.#editor(field)?.focusEditor())
  }

  /** Every field of the form. */
  openAll(): void {
    this.isWhole = true
    this.#host.requestUpdate()
    void this.#host.updateComplete.then(() => this.#host.querySelector('rl-field-editor')?.focusEditor())
  }

  /** Back to reading, with what was typed; stays open while something is wrong with it. */
  close(field: string): boolean {
    if (this.isWhole || this.#editor(field)?.validate() === false || this.errors[field]) return false
    this.#closeNow(field)
    return true
  }

  /** Back to reading what was there before. */
  revert(field: string): void {
    const { [field]: _, ...rest } = this.changes
    this.changes = rest
    this.errors = { ...this.errors, [field]: '' }
    this.#keep()
    this.#closeNow(field)
  }

  #closeNow(field: string): void {
    this.#open = new Set([...this.#open].filter((name) => name !== field))
    this.#host.requestUpdate()
  }

  readonly change = ({ field, value }: FieldChange): void => {
    this.changes = { ...this.changes, [field]: value }
    if (this.errors[field]) this.errors = { ...this.errors, [field]: '' }
    this.refused = undefined
    this.#keep()
    this.#host.requestUpdate()
  }

  /** On the device, and a question before the page is left. */
  #keep(): void {
    const { record } = this.#host
    if (!record) return
    keepDraft(this.#host.entity, record, this.changes)
    if (this.count > 0) this.#guard()
    else this.#unguard()
  }

  #guard(): void {
    this.#removeGuard ??= addLeaveGuard(() => this.mayLeave())
  }

  #unguard(): void {
    this.#removeGuard?.()
    this.#removeGuard = undefined
  }

  /** What was typed before the browser went away stands there again. */
  takeUp(record: WireRecord): void {
    const kept = keptDraft(this.#host.entity, record.id)
    const entity = this.#entity
    if (!kept || !entity?.can.update) return
    const known = Object.entries(kept.values).filter(([name]) => entity.fields.some((field) => field.name === name))
    this.changes = Object.fromEntries(known)
    this.isTakenUp = this.count > 0
    // What was saved since then meets the same question as any other conflict.
    const conflict = { mine: this.changes, base: { ...record, ...kept.base }, theirs: record }
    if (contested(entity, conflict).length > 0) this.conflict = conflict
    if (this.count > 0) this.#guard()
  }

  async save(options: WriteOptions = {}): Promise<void> {
    const entity = this.#entity
    const { record } = this.#host
    if (!entity || !record || !this.isActive || this.isSaving || this.conflict) return
    if (!areFine(this.#host)) return
    if (this.count === 0) return this.discard()
    this.isSaving = true
    this.refused = undefined
    this.#host.requestUpdate()
    try {
      const { changes } = this
      const body = bodyOf(entity, changes)
      const { version } = await records.update(entity.name, record.id, record.version, body, options)
      dropDraft(entity.name, record.id)
      this.stop()
      this.#host.take(await this.#host.fetchRecord())
      this.#offerUndo(entity, record, changes, version)
    } catch (error) {
      await this.#showProblems(entity, error)
    } finally {
      this.isSaving = false
      this.#host.requestUpdate()
    }
  }

  #offerUndo(entity: ClientEntity, before: WireRecord, changes: Values, version: number): void {
    const names = Object.keys(changes)
    // What cannot be read cannot be put back.
    const canUndo = names.every((name) => entity.fields.some((field) => field.name === name && field.type !== 'secret'))
    if (!canUndo) return void toast(t('record.saved'))
    const values = Object.fromEntries(names.map((name) => [name, before[name] ?? null]))
    toastUndo(t('record.saved'), async () => {
      await records.update(entity.name, before.id, version, bodyOf(entity, values))
      if (this.#host.isConnected && this.#host.record?.id === before.id) this.#host.take(await this.#host.fetchRecord())
    })
  }

  async #showProblems(entity: ClientEntity, error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) return void toastError(error)
    if (error.code === 'RL208') {
      const theirs = await this.#host.fetchRecord().catch(() => null)
      if (theirs) this.conflict = { mine: this.changes, base: this.#host.record ?? theirs, theirs }
      return
    }
    this.refused = duplicatesOf(error)
    if (this.refused) return this.#showRefusal()
    const shown = this.#host.fieldsShown()
    const texts = problemsElsewhere(entity, error, shown)
    this.errors = problemsByField(entity, error)
    const [first] = Object.keys(this.errors).filter((name) => shown.has(name))
    if (texts.length > 0) this.refused = { texts, alike: [], hasMore: false, canAllow: false }
    if (first === undefined) return texts.length > 0 ? this.#showRefusal() : void toastError(error)
    this.#open = new Set([...this.#open, ...Object.keys(this.errors)])
    await this.#host.reveal(first)
    this.#editor(first)?.closest('details')?.setAttribute('open', '')
    this.#editor(first)?.focusEditor()
  }

  async #showRefusal(): Promise<void> {
    this.#host.requestUpdate()
    await this.#host.updateComplete
    this.#host.querySelector('.rl-refused')?.scrollIntoView({ block: 'nearest' })
  }

  /** What the person chose of two versions becomes the draft over the newer one. */
  settle(values: Values): void {
    if (!this.conflict) return
    this.#host.take(this.conflict.theirs)
    this.conflict = null
    this.changes = values
    void this.save()
  }

  async cancel(): Promise<void> {
    if (await this.mayLeave()) this.discard()
  }

  discard(): void {
    const { record } = this.#host
    if (record) dropDraft(this.#host.entity, record.id)
    this.stop()
  }

  /** Asks when something would be lost. */
  async mayLeave(): Promise<boolean> {
    if (this.count === 0) return true
    const isAgreed = await confirmDiscard()
    if (isAgreed) this.discard()
    return isAgreed
  }

  /** Back to reading; a draft on the device stays. */
  stop(): void {
    this.isWhole = false
    this.isTakenUp = false
    this.#open = new Set()
    this.changes = {}
    this.errors = {}
    this.conflict = null
    this.refused = undefined
    this.#unguard()
    this.#host.requestUpdate()
  }

  #editor(field: string): RlFieldEditor | null {
    return this.#host.querySelector<RlFieldEditor>(`rl-field-editor[data-field="${field}"]`)
  }
}
