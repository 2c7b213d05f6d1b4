// JSON pointers (RFC 6901): where in a file something stands.

/** To a member of what `path` points to. */
export function pointer(path: string, member: string | number): string {
  return `${path}/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export function pointerSegments(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Of the object or list that a member stands in. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** The member's own name. */
export const lastOf = (path: string): string => pointerSegments(path).at(-1) ?? ''
