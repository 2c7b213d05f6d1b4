// From a draft to a published entity: plan first, so that every problem is known; then publish what was planned.
import type { Problem } from '../../sdk/errors.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { ApiError, api } from '../app/api.ts'
import { locale } from '../app/i18n.ts'
import { reloadMeta } from '../app/meta.ts'
import { type Draft, type Sources, sourcesOf } from './draft.ts'

interface MetadataAnswer {
  version: number
  packages: readonly PackageSource[]
}

/** Others may publish between our reading and our publishing. */
const ATTEMPTS = 3

/** @returns qualified name of the new entity @throws ApiError with problems that `rowOf` leads back to rows */
export async function publish(draft: Draft): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { version, packages } = await api.get<MetadataAnswer>('metadata')
    const sources = sourcesOf(draft, {
      custom: packages.find(({ name }) => name === 'custom')?.files ?? {},
      language: languageOf(),
    })
    try {
      await api.post('metadata/plan', { packages: [sources.package] })
      await api.post('metadata/publish', {
        packages: [sources.package],
        expectedVersion: version,
        confirm: [],
        note: draft.label.trim(),
      })
      await reloadMeta()
      return sources.entity
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'RL210') || attempt === ATTEMPTS) throw located(error, sources)
    }
  }
}

/** Labels are in the language they were typed in; English ones are what everyone falls back to. */
function languageOf(): string {
  const language = locale().split('-')[0] ?? 'en'
  return language === 'en' ? '' : language
}

export interface LocatedProblem {
  /** Number of the field's row; -1: the entity as a whole. */
  row: number
  message: string
}

export class PublishRefused extends Error {
  readonly problems: readonly LocatedProblem[]
  constructor(message: string, problems: readonly LocatedProblem[]) {
    super(message)
    this.problems = problems
  }
}

function located(error: unknown, { file }: Sources): unknown {
  if (!(error instanceof ApiError) || error.problems.length === 0) return error
  return new PublishRefused(
    error.message,
    error.problems.map((problem) => ({ row: rowOf(problem, file), message: sentence(problem) })),
  )
}

function rowOf(problem: Problem, file: string): number {
  const match = /^\/fields\/(\d+)/.exec(problem.path)
  return match && (problem.file === undefined || problem.file === file) ? Number(match[1]) : -1
}

const sentence = ({ message, hint }: Problem): string => (hint ? `${message}. ${hint}` : message)
