// Remembers, beside the data and not in it, where each object and each member of it was written, through copying,
// pruning and merging of layers. So a problem found late still names the file and line of thought it came from.
import { pointer, pointerSegments } from '../../sdk/metadata/pointer.ts'
import type { Place } from './problems.ts'

interface Entry {
  place: Place
  /** Members that another file than the object's own has set. */
  owners: Map<string, Place>
}

export class Trace {
  private readonly entries = new WeakMap<object, Entry>()

  put(object: object, place: Place): void {
    this.entries.set(object, { place, owners: new Map() })
  }

  /** Say that `member` of `object` was written at `place`. */
  own(object: object, member: string, place: Place): void {
    this.entries.get(object)?.owners.set(member, place)
  }

  /** Where the object was written. */
  place(object: object): Place | undefined {
    return this.entries.get(object)?.place
  }

  /** Where the thing was written that `path` (a JSON pointer) names below `root`. */
  locate(root: object, path = ''): Place {
    let entry = this.entries.get(root)
    let place = entry?.place ?? { package: '', file: '', path: '' }
    let current: unknown = root
    for (const segment of pointerSegments(path)) {
      place = entry?.owners.get(segment) ?? { ...place, path: pointer(place.path, segment) }
      current = isObject(current) ? Object.entries(current).find(([key]) => key === segment)?.[1] : undefined
      entry = isObject(current) ? this.entries.get(current) : undefined
      if (entry) place = entry.place
    }
    return place
  }

  member(root: object, member: string): Place {
    return this.locate(root, pointer('', member))
  }
}

/** Plain objects and arrays. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value)
}
