// Shapes of the metadata API (docs/http-api.md): what a publish would do, and what was published.
import type { Problem } from '../errors.ts'
import type { PackageSource } from '../metadata/source.ts'
import type { WireValue } from './records.ts'

/** Answer of `GET metadata`. */
export interface WireMetadata {
  version: number
  packages: readonly PackageSource[]
}

export interface WirePlanStep {
  /** What a person reads: `add field Phone to Person`. */
  text: string
  kind: 'add' | 'change' | 'rename' | 'retire' | 'drop'
  /** `now` = in the publishing transaction; `later` = a job outside it. */
  phase: 'now' | 'later'
  sql: readonly string[]
}

/** Answer of `POST metadata/plan`. */
export interface WirePlan {
  fromVersion: number
  steps: readonly WirePlanStep[]
  /** Steps that lose data, by the name to confirm them with: `drop:base.person.nickname`. */
  needsConfirmation: readonly string[]
  /** What is no longer described and whose data is kept, by the name to drop it with: `drop:base.person.nickname`. */
  droppable: readonly string[]
  warnings: readonly Problem[]
}

/** Answer of `POST metadata/publish` and of a restore. */
export interface WirePublished {
  version: number
  plan: WirePlan
  /** Ids of the `system.job` records that finish the work. */
  jobs: readonly string[]
}

/** One of `GET metadata/versions`, newest first. */
export interface WireVersion {
  version: number
  at: string
  /** null: the system itself. */
  by: { id: string; display_name: string } | null
  note: string | null
  packages: readonly { name: string; version: string }[]
}

/** Answer of `GET metadata/compare`. */
export interface WireComparison {
  from: number
  to: number
  steps: readonly WirePlanStep[]
}

/** Answer of `POST metadata/try`: what the rules of a draft would do to the last records of an entity. */
export interface WireTrial {
  entity: string
  /** How many records it was tried on. */
  tried: number
  /** Rules that are new, or not as they are published, and of how many of these records they would hold up or change one. */
  rules: readonly { kind: 'validation' | 'required' | 'computed'; name: string; records: number }[]
  /** Only records that it would make a difference to. */
  records: readonly {
    id: string
    display_name: string
    /** What the next write would be refused with. */
    refused: readonly Problem[]
    /** Field name → stored value, and what the next write would store. */
    changed: Readonly<Record<string, readonly [WireValue, WireValue]>>
  }[]
}
