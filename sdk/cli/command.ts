// What the commands share: where the server is, how failures are told, exit codes.
import { createInterface } from 'node:readline/promises'
import { type Command, Option } from 'commander'
import { createClient, type RelataClient } from '../client/index.ts'
import { type ErrorCode, type Problem, RelataError } from '../errors.ts'
import { type PackageFolder, showProblem } from './folders.ts'
import { harmless } from './harmless.ts'

/** 0 all is well · 1 the work was refused, or went only in part · 2 nothing could be tried. */
export type ExitCode = 0 | 1 | 2

export interface ServerOptions {
  url?: string
  tenant?: string
  key?: string
}

const DEFAULT_URL = 'http://localhost:3000'

export function withServer(command: Command): Command {
  return command
    .option('--url <url>', `address of the server (RELATA_URL; else ${DEFAULT_URL})`)
    .option('--tenant <slug>', 'which tenant, as in the address of its pages (RELATA_TENANT)')
    .option('--key <key>', 'API key (better as RELATA_KEY, which no list of processes shows)')
}

/** What `--help` of a command ends with. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}

/** May be given several times; one step each, so that it does not swallow the folders after it. */
export function confirmOption(): Option {
  return new Option(
    '--confirm <step>',
    'drop for good what is no longer described, by its name: drop:shop.order.colour',
  )
    .default([], 'none')
    .argParser((step: string, steps: string[]) => [...steps, step])
}

/** @throws RL104 when the tenant or the key is missing */
export function connect(options: ServerOptions): RelataClient {
  const url = options.url ?? process.env['RELATA_URL'] ?? DEFAULT_URL
  const tenant = options.tenant ?? process.env['RELATA_TENANT']
  const key = options.key ?? process.env['RELATA_KEY']
  if (!tenant) {
    throw new RelataError('RL104', 'Which tenant?', {
      hint: 'Give --tenant, or set RELATA_TENANT: the word after the server’s name in the address of its pages.',
    })
  }
  if (!key) {
    throw new RelataError('RL104', 'There is no key.', {
      hint: 'Make an API key on the page “API keys” and set RELATA_KEY to it.',
    })
  }
  return createClient({ url, tenant, key })
}

/** Run a command's work; what it throws is told in a line or two, not as a stack. */
export async function run(work: () => Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await work()
  } catch (error) {
    process.exitCode = tell(error)
  }
}

/** @param folders to show problems of metadata at their lines. @returns the exit code */
export function tell(error: unknown, folders: readonly PackageFolder[] = []): ExitCode {
  if (!(error instanceof RelataError)) {
    writeError(`relata: ${error instanceof Error ? error.message : String(error)}`)
    return 2
  }
  for (const problem of error.problems) writeError(showProblem(problem, folders))
  const hint = error.hint ?? HINTS[error.code]
  writeError(`relata: ${error.message}${hint ? `\n        ${hint}` : ''}`)
  return REFUSALS.includes(error.status) ? 1 : 2
}

/** What helps here, where the server says none. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  RL300: 'Is RELATA_KEY a key of this tenant? An administrator makes keys on the page “API keys”.',
  RL302: 'Is RELATA_KEY a key of this tenant, and still valid? Keys are made and ended on the page “API keys”.',
}

/** The server understood and said no; anything else means that nothing was tried. */
const REFUSALS: readonly number[] = [409, 422]

/** @returns how many there were */
export function writeProblems(problems: readonly Problem[], folders: readonly PackageFolder[]): number {
  for (const problem of problems) writeError(showProblem(problem, folders))
  return problems.length
}

/** @param otherwise said when there is nobody to ask: `Nothing was published` */
export async function asksYes(question: string, otherwise: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    writeError(`\n${otherwise}: there is nobody to ask. Add --yes to go on without asking.`)
    return false
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(`\n${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

export const write = (text: string): void => void process.stdout.write(`${harmless(text)}\n`)
export const writeError = (text: string): void => void process.stderr.write(`${harmless(text)}\n`)

/** @param colour as terminals number them; `0` is none. Only a terminal is told. */
export function writePainted(text: string, colour: string): void {
  if (!process.stdout.isTTY || colour === '0') write(text)
  else process.stdout.write(`\u001b[${colour}m${harmless(text)}\u001b[0m\n`)
}

/** `1 problem`, `3 problems`. */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`
