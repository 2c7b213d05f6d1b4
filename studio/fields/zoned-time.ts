// Between an instant and what the clock on a wall of a time zone shows.

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone)
  if (!clock) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
    clock = new Intl.DateTimeFormat('en-u-ca-iso8601', { ...parts, hourCycle: 'h23', timeZone: zone })
    clocks.set(zone, clock)
  }
  return clock
}

/** `2026-03-12T14:05` in the zone; '' for what is no instant. */
export function wallTime(instant: string, zone: string): string {
  const at = Date.parse(instant)
  return Number.isNaN(at) ? '' : wallOf(at, zone)
}

function wallOf(at: number, zone: string): string {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes, digits = 2) => (parts.get(name) ?? '').padStart(digits, '0')
  return `${part('year', 4)}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/** ISO 8601 in UTC. A time that the clocks skip moves on by the hour they skip; one that comes twice is the first. */
export function instantOf(wall: string, zone: string): string | null {
  const asUtc = Date.parse(`${wall.slice(0, 16)}:00Z`)
  if (Number.isNaN(asUtc)) return null
  const offsetAt = (at: number) => Date.parse(`${wallOf(at, zone)}:00Z`) - Math.floor(at / 60_000) * 60_000
  const offsets = [offsetAt(asUtc - 86_400_000), offsetAt(asUtc + 86_400_000)]
  const fitting = offsets.map((offset) => asUtc - offset).find((at) => wallOf(at, zone) === wall.slice(0, 16))
  const at = fitting ?? asUtc - (offsets[0] ?? 0)
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

/** Zones by name; the platform's list, and UTC. */
export const zones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')]
