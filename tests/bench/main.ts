// `npm run bench -- NAME`: runs tests/bench/NAME.ts, writes what it measured to results/NAME.json and docs/speed.md anew.
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Bench, writeResults } from './support/results.ts'
import { speedPage } from './support/speed-page.ts'

const folder = import.meta.dirname
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
const [name = ''] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`Which bench? npm run bench -- ${names.join(' | ')}`)
  process.exit(2)
}
const { bench }: { bench: Bench } = await import(path.join(folder, `${name}.bench.ts`))
const rows = await bench((line) => console.log(line))
const results = path.join(folder, 'results')
const isReached = writeResults(results, name, rows)
writeFileSync(path.join(folder, '../../docs/speed.md'), speedPage(results))
process.exit(isReached ? 0 : 1)
