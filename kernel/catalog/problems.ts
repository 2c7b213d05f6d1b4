// Everything that is wrong with a set of packages, collected while the catalog goes on looking for more.
import type { Problem } from '../../sdk/errors.ts'

/** Where an author wrote something; `path` is a JSON pointer into the file, '' for all of it. */
export interface Place {
  package: string
  file: string
  path: string
}

export interface ProblemExtra {
  hint?: string | undefined
  params?: Record<string, string | number>
}

export class Problems {
  /** What stops a publish. */
  readonly errors: Problem[] = []
  /** What an administrator should look at. */
  readonly warnings: Problem[] = []
  private readonly seen = new Set<string>()

  error(place: Place, key: string, message: string, extra: ProblemExtra = {}): void {
    this.add(this.errors, place, key, message, extra)
  }

  warn(place: Place, key: string, message: string, extra: ProblemExtra = {}): void {
    this.add(this.warnings, place, key, message, extra)
  }

  private add(list: Problem[], place: Place, key: string, message: string, extra: ProblemExtra): void {
    const identity = JSON.stringify([place.package, place.file, place.path, key, message])
    if (this.seen.has(identity)) return
    this.seen.add(identity)
    list.push({
      path: place.path,
      message,
      key,
      package: place.package,
      file: place.file,
      ...(extra.hint ? { hint: extra.hint } : {}),
      ...(extra.params ? { params: extra.params } : {}),
    })
  }
}
