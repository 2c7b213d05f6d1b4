// How `relata plugin test` tells the processes of the tests where everything is.

export const TEST_VARIABLES = {
  url: 'RELATA_TEST_URL',
  cookie: 'RELATA_TEST_COOKIE',
  /** File of the plugin's package. */
  plugin: 'RELATA_TEST_PLUGIN',
  /** JSON file with the packages that it requires, beside system and base. */
  packages: 'RELATA_TEST_PACKAGES',
} as const

export interface TestPlace {
  url: string
  cookie: string
  pluginFile: string
  packagesFile: string
}

/** @throws Error when the tests were not started by the command */
export function testPlace(): TestPlace {
  const value = (name: string): string => {
    const found = process.env[name]
    if (found) return found
    throw new Error('There is no server to test with. Run these tests with: relata plugin test')
  }
  return {
    url: value(TEST_VARIABLES.url),
    cookie: value(TEST_VARIABLES.cookie),
    pluginFile: value(TEST_VARIABLES.plugin),
    packagesFile: value(TEST_VARIABLES.packages),
  }
}
