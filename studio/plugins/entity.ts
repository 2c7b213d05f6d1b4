/** The entity whose records tell of plugins; their pages are drawn here. */
export const PLUGIN = 'system.plugin'
