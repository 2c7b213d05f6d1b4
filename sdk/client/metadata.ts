// Metadata over HTTP: sources, plans, publishing, versions (docs/http-api.md, "Metadata"). For administrators.
import type { PackageSource } from '../metadata/source.ts'
import type { WireComparison, WireMetadata, WirePlan, WirePublished, WireVersion } from '../wire/metadata.ts'
import { checkAnswer, ComparisonAnswer, MetadataAnswer, PlanAnswer, PublishedAnswer, VersionList } from './answers.ts'
import type { Send } from './transport.ts'

export interface PublishOptions {
  /** Refused with RL210 when the tenant is at another version. */
  expectedVersion?: number
  /** What loses data, agreed to by name. */
  confirm?: readonly string[]
  /** Why; shown with the version. */
  note?: string
}

export class MetadataApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** What is published, as its authors wrote it. */
  async read(): Promise<WireMetadata> {
    return checkAnswer(MetadataAnswer, await this.send('metadata'))
  }

  /**
   * @param packages to add or replace; the others stay
   * @param confirm what is to be dropped for good, by name
   * @throws RL200 with every problem · RL104 there is no such thing to drop
   */
  async plan(packages: readonly PackageSource[], confirm: readonly string[] = []): Promise<WirePlan> {
    return checkAnswer(PlanAnswer, await this.send('metadata/plan', { method: 'POST', json: { packages, confirm } }))
  }

  /** @throws RL200 problems · RL210 another version · RL211 data would be lost and nobody agreed */
  async publish(packages: readonly PackageSource[], options: PublishOptions = {}): Promise<WirePublished> {
    const json = { packages, ...options }
    return checkAnswer(PublishedAnswer, await this.send('metadata/publish', { method: 'POST', json }))
  }

  /** Newest first. */
  async versions(): Promise<readonly WireVersion[]> {
    return checkAnswer(VersionList, await this.send('metadata/versions')).data
  }

  /** @throws RL213 no such version */
  async compare(from: number, to: number): Promise<WireComparison> {
    const query = { from: String(from), to: String(to) }
    return checkAnswer(ComparisonAnswer, await this.send('metadata/compare', { query }))
  }

  /** Publish that version's sources as a new version. */
  async restore(version: number, options: PublishOptions = {}): Promise<WirePublished> {
    const answer = await this.send(`metadata/versions/${version}/restore`, { method: 'POST', json: options })
    return checkAnswer(PublishedAnswer, answer)
  }
}
