#!/usr/bin/env node
// The command `relata`: metadata as text files, and data from elsewhere, into a server by its public API.
import { CommanderError } from 'commander'
import { makeProgram } from './program.ts'

try {
  await makeProgram().parseAsync()
} catch (error) {
  // Commander has told what was wrong with the words; help and version are no failures.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
