// Which package stands on which: system, base, plugins by what they require, the tenant's own on top. The order does
// not depend on the order in which packages are given.
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { ParsedPackage } from './packages.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import type { Problems } from './problems.ts'
import { BASE_PACKAGE, CUSTOM_PACKAGE, SYSTEM_PACKAGE } from './reserved.ts'
import { satisfies } from './semver.ts'

export interface PackageOrder {
  packages: readonly ParsedPackage[]
  /** Everything below a package, itself included: what it may name. */
  below(name: string): ReadonlySet<string>
}

export function orderPackages(packages: readonly ParsedPackage[], problems: Problems): PackageOrder {
  const byName = new Map([...packages].sort(byRank).map((one) => [one.name, one]))
  const edges = new Map([...byName.values()].map((one) => [one.name, requirementsOf(one, byName, problems)]))
  const ordered: ParsedPackage[] = []
  const placed = new Set<string>()
  while (ordered.length < byName.size) {
    const waiting = [...byName.values()].filter((one) => !placed.has(one.name))
    let next = waiting.find((one) => [...(edges.get(one.name) ?? [])].every((name) => placed.has(name)))
    if (!next) {
      next = waiting[0]
      if (!next) break
      reportCycle(next.name, edges, placed, problems)
    }
    placed.add(next.name)
    ordered.push(next)
  }
  return { packages: ordered, below: belowIn(edges) }
}

const RANKS: Readonly<Record<string, number>> = { [SYSTEM_PACKAGE]: 0, [BASE_PACKAGE]: 1, [CUSTOM_PACKAGE]: 3 }
const rankOf = (name: string): number => (Object.hasOwn(RANKS, name) ? (RANKS[name] ?? 2) : 2)

function byRank(a: ParsedPackage, b: ParsedPackage): number {
  return rankOf(a.name) - rankOf(b.name) || (a.name < b.name ? -1 : 1)
}

/** Packages that must come before: those named, and by rank system, base and (for the tenant's own) all. */
function requirementsOf(one: ParsedPackage, all: ReadonlyMap<string, ParsedPackage>, problems: Problems): Set<string> {
  const found = new Set([...all.keys()].filter((name) => rankOf(name) < rankOf(one.name) && rankOf(name) !== 2))
  if (one.name === CUSTOM_PACKAGE) for (const name of all.keys()) if (name !== one.name) found.add(name)
  for (const [name, range] of Object.entries(one.manifest.requires ?? {})) {
    const place = { package: one.name, file: 'package.json', path: pointer('/requires', name) }
    const required = all.get(name)
    if (!required) {
      problems.error(place, 'missing_package', `“${one.name}” needs the package “${name}”, which is not installed`, {
        hint: didYouMean(nearest(name, [...all.keys()])),
      })
      continue
    }
    const isMet = satisfies(required.manifest.version, range)
    if (isMet === undefined) {
      problems.error(place, 'bad_range', `“${range}” is not a range of versions`, {
        hint: 'Write it as “^1.2.0”, “~1.2.0”, “>=1.0.0” or “1.2.3”.',
      })
    } else if (!isMet) {
      problems.error(
        place,
        'wrong_version',
        `“${one.name}” needs “${name}” ${range}, but ${required.manifest.version} is installed`,
      )
    }
    found.add(name)
  }
  return found
}

function reportCycle(
  start: string,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  placed: ReadonlySet<string>,
  problems: Problems,
): void {
  const path = [start]
  for (let current = start; ; ) {
    const next = [...(edges.get(current) ?? [])].find((name) => !placed.has(name))
    if (next === undefined) return
    const seenAt = path.indexOf(next)
    path.push(next)
    if (seenAt >= 0) {
      const circle = path.slice(seenAt)
      const place = { package: circle[0] ?? start, file: 'package.json', path: '/requires' }
      problems.error(place, 'package_cycle', `packages require each other in a circle: ${circle.join(' → ')}`)
      return
    }
    current = next
  }
}

function belowIn(edges: ReadonlyMap<string, ReadonlySet<string>>): (name: string) => ReadonlySet<string> {
  const known = new Map<string, Set<string>>()
  return (start) => {
    const cached = known.get(start)
    if (cached) return cached
    const found = new Set([start])
    for (const name of found) for (const next of edges.get(name) ?? []) found.add(next)
    known.set(start, found)
    return found
  }
}
