// `npm test`: every check in turn, also after one failed, then a summary. Fails when any of them failed.
import { spawnSync } from 'node:child_process'

interface Step {
  name: string
  /** An npm script. */
  script: string
}

const STEPS: readonly Step[] = [
  { name: 'types', script: 'typecheck' },
  { name: 'lint, imports, licences', script: 'lint' },
  { name: 'rules, http, process, sandbox', script: 'test:node' },
  { name: 'studio build', script: 'build:studio' },
  { name: 'studio in a browser', script: 'test:browser' },
]

const results = STEPS.map(({ name, script }) => {
  console.log(`\n── ${name} (npm run ${script})`)
  const startedMs = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: ['ignore', 'inherit', 'inherit'] })
  return { name, script, isFine: status === 0, seconds: (performance.now() - startedMs) / 1000 }
})

console.log('\n── summary')
for (const { name, script, isFine, seconds } of results)
  console.log(
    `${isFine ? 'passed' : 'FAILED'}  ${name}  ${seconds.toFixed(1)} s${isFine ? '' : `  → npm run ${script}`}`,
  )
const failed = results.filter(({ isFine }) => !isFine).length
console.log(failed === 0 ? '\nALL TESTS PASSED' : `\n${failed} OF ${results.length} STEPS FAILED`)
process.exitCode = failed === 0 ? 0 : 1
