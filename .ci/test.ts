// `npm test`: every check in turn, also after one failed, then a summary. Fails when any of them failed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

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

/** What takes longer hangs: a whole run takes a quarter of an hour. */
const LIMIT_MINUTES = 20

/** In a process group of its own, so that whatever it started is stopped with it. */
async function isPassed(script: string): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')
  const interrupt = () => {
    stop()
    process.exit(130)
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const timer = setTimeout(() => {
    console.error(`\n${script} was stopped after ${LIMIT_MINUTES} minutes: something in it hangs.`)
    stop()
  }, LIMIT_MINUTES * 60_000)
  const [status] = await once(child, 'exit')
  clearTimeout(timer)
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  return status === 0
}

const results: { name: string; script: string; isFine: boolean; seconds: number }[] = []
for (const { name, script } of STEPS) {
  console.log(`\n── ${name} (npm run ${script})`)
  const startedMs = performance.now()
  const isFine = await isPassed(script)
  results.push({ name, script, isFine, seconds: (performance.now() - startedMs) / 1000 })
}

console.log('\n── summary')
for (const { name, script, isFine, seconds } of results)
  console.log(
    `${isFine ? 'passed' : 'FAILED'}  ${name}  ${seconds.toFixed(1)} s${isFine ? '' : `  → npm run ${script}`}`,
  )
const failed = results.filter(({ isFine }) => !isFine).length
console.log(failed === 0 ? '\nALL TESTS PASSED' : `\n${failed} OF ${results.length} STEPS FAILED`)
process.exitCode = failed === 0 ? 0 : 1
