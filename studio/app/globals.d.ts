/** Written by vite.config.ts: part of the address of icons, so that they can be cached for good. */
declare const __LUCIDE_VERSION__: string
