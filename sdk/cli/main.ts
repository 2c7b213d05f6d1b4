#!/usr/bin/env node
// The command `relata`: metadata as text files, plugins, and data from elsewhere, into a server by its public API.
import { enableCompileCache } from 'node:module'

// What is imported after this is compiled once on a machine, not at every start: a third of the time of a short command.
enableCompileCache()
const [{ CommanderError }, { makeProgram }] = await Promise.all([import('commander'), import('./program.ts')])

try {
  await makeProgram().parseAsync()
} catch (error) {
  // Commander has told what was wrong with the words; help and version are no failures.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
