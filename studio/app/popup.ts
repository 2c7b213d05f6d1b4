// Places a popover (the platform's own, so that Escape and a click elsewhere close it) beside what opened it.
const GAP_PX = 4
const EDGE_PX = 8

export interface Placement {
  /** Which edges line up; the other side is taken when there is no room. */
  align?: 'start' | 'end'
  side?: 'below' | 'above'
}

/** Below the anchor, or above where there is more room; within the window in any case. */
export function openPopup(popup: HTMLElement, anchor: Element, placement: Placement = {}): void {
  popup.style.position = 'fixed'
  popup.style.margin = '0'
  popup.style.inset = 'auto'
  popup.showPopover()
  place(popup, anchor, placement)
}

export function place(popup: HTMLElement, anchor: Element, { align = 'start', side = 'below' }: Placement = {}): void {
  const from = anchor.getBoundingClientRect()
  popup.style.maxHeight = ''
  const { width, height } = popup.getBoundingClientRect()
  const roomBelow = innerHeight - from.bottom - GAP_PX - EDGE_PX
  const roomAbove = from.top - GAP_PX - EDGE_PX
  const isBelow =
    side === 'below' ? height <= roomBelow || roomBelow >= roomAbove : height > roomAbove && roomBelow > roomAbove
  const room = isBelow ? roomBelow : roomAbove
  const shown = Math.min(height, room)
  const isLeftToRight = getComputedStyle(anchor).direction === 'ltr'
  const wanted = (align === 'start') === isLeftToRight ? from.left : from.right - width
  const left = Math.max(EDGE_PX, Math.min(wanted, innerWidth - width - EDGE_PX))
  popup.style.left = `${Math.round(left)}px`
  popup.style.top = `${Math.round(isBelow ? from.bottom + GAP_PX : from.top - GAP_PX - shown)}px`
  popup.style.maxHeight = `${Math.floor(room)}px`
}
