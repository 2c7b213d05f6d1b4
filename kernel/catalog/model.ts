// A snapshot with its indexes: entities and fields by name, id and alias. Built once per version, then only read.
import { RelataError } from '../../sdk/errors.ts'
import type { Entity, Field, Role, Snapshot } from '../../sdk/metadata/snapshot.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'

export class EntityModel {
  readonly entity: Entity
  private readonly byName = new Map<string, Field>()

  constructor(entity: Entity) {
    this.entity = entity
    for (const field of entity.fields) for (const alias of field.aliases) this.byName.set(alias, field)
    for (const field of entity.fields) this.byName.set(field.name, field)
  }

  field(name: string): Field | undefined {
    return this.byName.get(name)
  }

  hasTrait(trait: string): boolean {
    return this.entity.traits.includes(trait)
  }
}

export class Model {
  readonly snapshot: Snapshot
  /** Ids of roll-ups whose values a job is still computing. Ask `isPending`, which knows the formulas that read them too. */
  readonly pending: ReadonlySet<string>
  private readonly list: readonly EntityModel[]
  private readonly entities = new Map<string, EntityModel>()
  private readonly ids = new Map<string, EntityModel>()
  private readonly roles = new Map<string, Role>()

  constructor(snapshot: Snapshot, pending: ReadonlySet<string> = new Set()) {
    this.snapshot = snapshot
    this.pending = pending
    const models = snapshot.entities.map((entity) => new EntityModel(entity))
    this.list = models
    for (const model of models) for (const alias of model.entity.aliases) this.entities.set(alias, model)
    for (const model of models) {
      this.entities.set(model.entity.name, model)
      this.ids.set(model.entity.id, model)
    }
    for (const role of snapshot.roles) this.roles.set(role.name, role)
  }

  get version(): number {
    return this.snapshot.version
  }

  /** Equal keys of one tenant: everything that is read is read alike. */
  get key(): string {
    return [this.version, ...[...this.pending].sort()].join('~')
  }

  find(name: string): EntityModel | undefined {
    return this.entities.get(name)
  }

  /** As history and events name it. */
  byId(id: string): EntityModel | undefined {
    return this.ids.get(id)
  }

  /** @throws RL201 with the nearest name as hint */
  entity(name: string): EntityModel {
    const found = this.entities.get(name)
    if (found) return found
    const near = nearest(name, [...this.entities.keys()])
    throw new RelataError('RL201', `There is no entity “${name}”.`, near ? { hint: `Did you mean “${near}”?` } : {})
  }

  all(): readonly EntityModel[] {
    return this.list
  }

  role(name: string): Role | undefined {
    return this.roles.get(name)
  }
}
