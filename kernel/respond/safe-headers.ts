// What every answer tells the browser about trust, whatever it carries. A page says on top of it what it may load.

export const SAFE_HEADERS = {
  // An answer that is no page runs nothing, loads nothing and is shown within nothing.
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Links to set-up, passwords and invitations carry their token in the address.
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const
