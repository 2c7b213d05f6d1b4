// What this system allows for shutting a child in, found out once by trying. Nothing is pretended: what is not in force
// is said so in the report.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'

export interface ConfinementReport {
  /** Of the children; null: that of the server itself. */
  user: string | null
  /** They see no network interface, not even loopback. */
  isWithoutNetwork: boolean
  /** Kernel: no set-user-id programs, no capabilities. */
  isWithoutNewPrivileges: boolean
  /** Node: no files but its own code, no processes, no workers. */
  isWithoutFiles: boolean
  /** Files cannot be written, no core dumps, few open files. */
  isLimited: boolean
  /** What is missing, in words. */
  missing: string[]
}

export interface Confinement {
  command: string
  args: string[]
  report: ConfinementReport
}

const NOBODY = '65534'
const PLACES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
const run = promisify(execFile)

/** Files of the child itself, which it must be able to read whoever it is. */
export const CHILD_FILE = path.join(import.meta.dirname, 'child/main.ts')

export async function findConfinement(): Promise<Confinement> {
  const node = [process.execPath, ...nodeFlags()]
  const report: ConfinementReport = {
    user: null,
    isWithoutNetwork: false,
    isWithoutNewPrivileges: false,
    isWithoutFiles: true,
    isLimited: false,
    missing: [],
  }
  const wrappers: string[][] = []
  if (process.platform === 'linux') {
    const isRoot = process.getuid?.() === 0
    const net = await firstThatWorks([
      ...(isRoot ? [] : [['unshare', '--user', '--map-current-user', '--net', '--ipc', '--uts', '--']]),
      ...(isRoot ? [['unshare', '--net', '--ipc', '--uts', '--']] : []),
    ])
    if (net) wrappers.push(net)
    report.isWithoutNetwork = net !== null

    const plain = ['--no-new-privs', '--inh-caps=-all', '--pdeathsig=KILL']
    const asNobody = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--bounding-set=-all']
    const canRead = ['test', '-x', process.execPath, '-a', '-r', CHILD_FILE, '-a', '-r', isolatedVmFile()]
    const privileges = await firstThatWorks(
      [...(isRoot ? [['setpriv', ...asNobody, ...plain]] : []), ['setpriv', ...plain], ['setpriv', '--no-new-privs']],
      canRead,
    )
    if (privileges) wrappers.push(privileges)
    report.isWithoutNewPrivileges = privileges !== null
    if (privileges?.includes(`--reuid=${NOBODY}`)) report.user = 'nobody'

    // No limit on data: V8 reserves 512 MB for the code of each isolate, which the system counts although nothing is
    // there (measured: 2 GB are full with three isolates). Memory is watched from outside.
    const limits = await firstThatWorks([
      ['prlimit', '--core=0', '--fsize=0', '--nofile=128', '--'],
      ['prlimit', '--core=0', '--'],
    ])
    if (limits) wrappers.push(limits)
    report.isLimited = limits !== null
  }
  if (!report.isWithoutNetwork) report.missing.push('The network is not taken away from the children.')
  if (report.user === null && process.getuid?.() === 0)
    report.missing.push('The children run as root: nobody cannot read their code.')
  if (!report.isWithoutNewPrivileges) report.missing.push('The children could gain privileges.')
  if (process.platform !== 'linux') report.missing.push('Memory of the children is not watched.')
  const [command = process.execPath, ...args] = [...wrappers.flat(), ...node, CHILD_FILE]
  return { command, args, report }
}

function nodeFlags(): string[] {
  const readable = [
    path.join(import.meta.dirname, '/'),
    path.join(import.meta.dirname, '../../package.json'),
    path.join(path.dirname(isolatedVmFile()), '/'),
    path.join(path.dirname(createRequire(isolatedVmFile()).resolve('node-gyp-build')), '/'),
    // node-gyp-build looks whether it is there.
    '/etc/alpine-release',
  ]
  return [
    '--no-node-snapshot',
    // isolated-vm gives the young generation 1 to 2 MB, with which code that makes many objects takes 1.4 times as long.
    '--max-semi-space-size=16',
    '--disable-proto=delete',
    '--permission',
    '--allow-addons',
    ...readable.map((place) => `--allow-fs-read=${place}`),
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
  ]
}

const isolatedVmFile = (): string => createRequire(import.meta.url).resolve('isolated-vm')

/** @returns the first wrapper in which a command succeeds, its program as a whole path */
async function firstThatWorks(wrappers: string[][], command = ['true']): Promise<string[] | null> {
  for (const [name = '', ...args] of wrappers) {
    const program = find(name)
    const [inner = '', ...innerArgs] = command
    const target = find(inner)
    if (!program || !target) continue
    try {
      await run(program, [...args, target, ...innerArgs], { env: {}, timeout: 5_000 })
      return [program, ...args]
    } catch {
      // The next one asks for less.
    }
  }
  return null
}

const find = (name: string): string | undefined => PLACES.map((place) => path.join(place, name)).find(existsSync)
