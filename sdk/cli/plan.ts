// `relata plan` and `relata apply`: package folders against what a tenant has, as text; then published.
import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import type { RelataClient } from '../client/index.ts'
import { RelataError } from '../errors.ts'
import type { PackageSource } from '../metadata/source.ts'
import type { WirePlan } from '../wire/metadata.ts'
import {
  asksYes,
  confirmOption,
  connect,
  count,
  examples,
  type ExitCode,
  run,
  type ServerOptions,
  tell,
  withServer,
  write,
  writeError,
  writeProblems,
} from './command.ts'
import { type PackageFolder, readFolders } from './folders.ts'
import { planText } from './plan-text.ts'
import { isPluginFolder } from '../plugin/build/plugin-folder.ts'
import { archiveOf } from './plugin/install.ts'
import { pluginPlanText } from './plugin/plan-words.ts'
import { pluginPlaces } from './plugin/problems.ts'
import { waitForJobs } from './wait.ts'

interface PlanOptions extends ServerOptions {
  confirm: readonly string[]
  sql?: true
  json?: true
}

interface ApplyOptions extends PlanOptions {
  yes?: true
  note?: string
  wait: boolean
}

export function addPlanCommands(program: Command): void {
  const folders = 'package folders, or folders of package folders'
  const plan = withServer(program.command('plan'))
  examples(
    plan,
    'relata plan shop',
    'relata plan visits     a plugin: rights and behaviour, too',
    'relata plan shop --sql',
    'relata plan shop --json > plan.json',
  )
  plan
    .description('show what publishing packages, or installing a plugin, would do')
    .argument('<folder...>', folders)
    .addOption(confirmOption())
    .option('--sql', 'show the statements too')
    .option('--json', 'the plan as JSON')
    .action((paths: string[], options: PlanOptions) => run(() => planFolders(paths, options)))

  const apply = withServer(program.command('apply'))
  const dropping = 'relata apply shop --yes --confirm drop:shop.order.colour'
  examples(apply, 'relata apply shop --note "first version"', dropping)
  apply
    .description('publish packages as a new version')
    .argument('<folder...>', folders)
    .option('--yes', 'publish without asking')
    .addOption(confirmOption())
    .option('--note <text>', 'why; shown with the version')
    .option('--sql', 'show the statements too')
    .option('--no-wait', 'do not wait for the work that goes on in the background')
    .action((paths: string[], options: ApplyOptions) => run(() => applyFolders(paths, options)))
}

async function planFolders(paths: readonly string[], options: PlanOptions): Promise<ExitCode> {
  const plugins = paths.filter(isPluginFolder)
  for (const path of plugins) if (!(await planPlugin(path, options))) return 1
  const others = paths.filter((path) => !plugins.includes(path))
  return others.length === 0 ? 0 : planPackages(others, options)
}

/** A plugin brings more than its metadata: rights that it asks for, and what its code does. */
async function planPlugin(path: string, options: PlanOptions): Promise<boolean> {
  const archive = await archiveOf(path, { types: true })
  if (!archive) return false
  const planned = await connect(options).plugins.plan(archive)
  write(options.json ? JSON.stringify(planned, null, 2) : pluginPlanText(planned, { withSql: options.sql === true }))
  return writeProblems(planned.problems, await pluginPlaces(path)) === 0
}

async function planPackages(paths: readonly string[], options: PlanOptions): Promise<ExitCode> {
  return withPackages(paths, async (packages, folders) => {
    const planned = await connect(options).metadata.plan(packages, options.confirm)
    if (options.json) write(JSON.stringify(planned, null, 2))
    else showPlan(planned, folders, options)
    return 0
  })
}

async function applyFolders(paths: readonly string[], options: ApplyOptions): Promise<ExitCode> {
  const plugin = paths.find(isPluginFolder)
  if (plugin !== undefined) {
    const hint = `It brings more than metadata. Install it with: relata plugin install ${plugin}`
    throw new RelataError('RL104', `${plugin} is a plugin.`, { hint })
  }
  return withPackages(paths, async (packages, folders) => {
    const relata = connect(options)
    const version = options.confirm.length > 0 ? undefined : await versionWith(relata, packages)
    if (version !== undefined) {
      write(`Nothing to do: version ${version} has exactly these packages.`)
      return 0
    }
    const planned = await relata.metadata.plan(packages, options.confirm)
    showPlan(planned, folders, options)
    if (!isConfirmed(planned, options.confirm)) return 1
    if (
      !options.yes &&
      !(await asksYes(`Publish this as version ${planned.fromVersion + 1}?`, 'Nothing was published'))
    )
      return 1
    const published = await relata.metadata.publish(packages, {
      expectedVersion: planned.fromVersion,
      confirm: options.confirm,
      ...(options.note === undefined ? {} : { note: options.note }),
    })
    write(`Version ${published.version} is published.`)
    return options.wait ? waitForJobs(relata, published.jobs) : 0
  })
}

/** Files that cannot be read stop everything; problems that the server finds are shown at their lines. */
async function withPackages(
  paths: readonly string[],
  work: (packages: readonly PackageSource[], folders: readonly PackageFolder[]) => Promise<ExitCode>,
): Promise<ExitCode> {
  const folders = await readFolders(paths)
  if (
    writeProblems(
      folders.flatMap(({ problems }) => problems),
      folders,
    ) > 0
  )
    return 1
  try {
    return await work(
      folders.map(({ source }) => source),
      folders,
    )
  } catch (error) {
    return tell(error, folders)
  }
}

function showPlan(planned: WirePlan, folders: readonly PackageFolder[], { sql, confirm }: PlanOptions): void {
  write(planText(planned, { withSql: sql === true, agreed: confirm }))
  writeProblems(
    planned.warnings.map((warning) => ({ ...warning, message: `warning: ${warning.message}` })),
    folders,
  )
}

/** The version that the tenant is at, when these packages are published in it as they are. */
async function versionWith(relata: RelataClient, packages: readonly PackageSource[]): Promise<number | undefined> {
  const published = await relata.metadata.read()
  const isSame = packages.every(({ name, files }) => {
    const there = published.packages.find((one) => one.name === name)
    return there !== undefined && isDeepStrictEqual(there.files, files)
  })
  return isSame ? published.version : undefined
}

function isConfirmed({ needsConfirmation }: WirePlan, agreed: readonly string[]): boolean {
  const open = needsConfirmation.filter((step) => !agreed.includes(step))
  if (open.length === 0) return true
  writeError(`\n${count(open.length, 'step')} would lose data. To agree, add:`)
  for (const step of open) writeError(`  --confirm ${step}`)
  return false
}
