// Reads a demo folder into one value; a file that does not have the right shape is named in the error.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { RelataError } from '../../sdk/errors.ts'
import { Country, type Demo, DemoFile, DemoIndex } from './recipe.ts'

/** @param folder with demo.json, countries/ and the files that demo.json names */
export function readDemo(folder: string): Demo {
  const index = read(DemoIndex, join(folder, 'demo.json'))
  const countries = readdirSync(join(folder, 'countries'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => read(Country, join(folder, 'countries', name)))
  const files = index.files.map((name) => read(DemoFile, join(folder, name)))
  return {
    packages: index.packages,
    countries,
    words: Object.assign({}, ...files.map((file) => file.words ?? {})),
    letters: Object.assign({}, ...files.map((file) => file.letters ?? {})),
    macros: Object.assign({}, ...files.map((file) => file.macros ?? {})),
    recipes: files.flatMap((file) => file.recipes ?? []),
  }
}

function read<T extends TSchema>(schema: T, path: string): Static<T> {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (Value.Check(schema, value)) return value
  const problems = [...Value.Errors(schema, value)].map(({ path: at, message }) => ({ path: at, message }))
  throw new RelataError('RL500', `The demo file ${path} is not valid: ${problems[0]?.path} ${problems[0]?.message}`, {
    problems,
  })
}
