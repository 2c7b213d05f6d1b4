// docs/speed.md, made of what the benches wrote: every row with a goal, and how it is run again.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isReached, type Row } from './results.ts'

interface Result {
  bench: string
  at: string
  machine: string
  rows: readonly Row[]
}

const ABOUT: Readonly<Record<string, string>> = {
  access:
    'The list of 50 of somebody who sees a part of a million records, against the administrator’s same list in the same rounds; and “why may they” for one record.',
  kernel:
    'The finished API (signed in, rights, checks, history, event) against handlers written by hand for the one table.',
  sandbox:
    'A call into a plugin in its process and back, against an echo by the same channel; the same code in Node; a plugin beside one that loops; a save beside a plugin that has no hook for it, against one where no plugin is.',
  rules: 'Rules compiled to closures against json-logic-js, over the same records in turns.',
}

/** @param folder of the results */
export function speedPage(folder: string): string {
  const results = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file): Result => JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
  return `${[INTRODUCTION, ...results.map(section)].join('\n\n')}\n`
}

const INTRODUCTION = `# How fast it is

Written by \`npm run bench -- NAME\`; do not edit. Speed is told as a ratio to something that everybody knows, measured in the
same run. All rows, those without a goal too, are in [tests/bench/results/](../tests/bench/results/).`

function section({ bench, at, machine, rows }: Result): string {
  const lines = rows
    .filter(({ goal }) => goal !== null)
    .map(
      (row) =>
        `| ${row.what} | ${row.value} ${row.unit} | ${row.goal} | ${isReached(row) ? 'reached' : '**missed**'} |`,
    )
  return [
    `## ${bench}`,
    '',
    ...(ABOUT[bench] ? [ABOUT[bench], ''] : []),
    '| what | measured | goal | |',
    '|---|---|---|---|',
    ...lines,
    '',
    `${at.slice(0, 10)}, ${machine}.`,
  ].join('\n')
}
