// `npm run lint` after Biome: imports between rooms, licences of what ships, texts of the studio. Prints every problem, then one last line.
import path from 'node:path'
import { checkTexts } from './check-texts.ts'
import { checkImports } from './import-rules.ts'
import { checkLicences } from './licences.ts'

const root = path.join(import.meta.dirname, '..')
const checks = [
  { name: 'imports', problems: checkImports(root) },
  { name: 'licences', problems: checkLicences(root) },
  { name: 'texts', problems: checkTexts(root) },
]
for (const { name, problems } of checks) {
  for (const problem of problems) console.error(`${name}: ${problem}`)
  console.log(`${name}: ${problems.length === 0 ? 'fine' : `${problems.length} problems`}`)
}
process.exitCode = checks.some(({ problems }) => problems.length > 0) ? 1 : 0
