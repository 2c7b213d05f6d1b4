// What a page does when the focus leaves a field can move what stands below it. In the middle of a click that would take
// the button away from under the pointer, so it waits for the pointer to come up.
let isDown = false
addEventListener('pointerdown', () => (isDown = true), { capture: true })
for (const end of ['pointerup', 'pointercancel'] as const)
  addEventListener(end, () => (isDown = false), { capture: true })

/** In a moment, when the focus has moved; or after the click that is under way. */
export function afterPointer(run: () => void): void {
  if (!isDown) return void setTimeout(run)
  const done = new AbortController()
  const later = (): void => {
    done.abort()
    setTimeout(run)
  }
  for (const end of ['pointerup', 'pointercancel'] as const) addEventListener(end, later, { signal: done.signal })
}
