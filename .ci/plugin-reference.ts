// docs/plugin-reference.md, made of the types that plugins are written against, of the shapes that files are checked by
// and of the tables that the server goes by. `npm run docs` writes it; a test holds it to them.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { makeProgram } from '../sdk/cli/program.ts'
import { ERRORS, type ErrorCode } from '../sdk/errors.ts'
import { askText } from '../sdk/plugin/ask-words.ts'
import { asksOf } from '../sdk/plugin/asks.ts'
import { RouteSignature } from '../sdk/plugin/behaviour.ts'
import { PluginManifest } from '../sdk/plugin/manifest.ts'
import { limitsOf } from '../kernel/plugins/limits.ts'
import { declaration, docOf } from './declarations.ts'
import { EXAMPLE, MENDS, PARTS, type Part } from './plugin-reference-texts.ts'
import { schemaTable } from './schema-table.ts'

const root = path.join(import.meta.dirname, '..')
export const REFERENCE = path.join(root, 'docs/plugin-reference.md')

const source = (file: string): string => readFileSync(path.join(root, 'sdk/plugin', file), 'utf8')

export function pluginReference(): string {
  const [api, define, values] = [source('api.ts'), source('define.ts'), source('values.ts')]
  const sections = [
    '# Plugins: reference',
    'Written by `npm run docs` from the types, shapes and tables themselves. [The tutorial](plugins.md) is the way in.',
    files(),
    '## plugin.json',
    'Names of entities are qualified (`base.person`). With entities of its own package a plugin may do everything that\nwhoever it acts for may do; everything else stands here, and is granted by an administrator.',
    schemaTable(PluginManifest),
    asked(),
    '## Parts',
    '`plugin.ts` ends in `export default definePlugin([…])`, a list of these. Names are unique among parts of one kind.',
    ...PARTS.map((part) => partText(part, api, define)),
    '## What functions get',
    'Everything outside of the plugin’s own memory goes through the second argument. There is no `fetch`, no `console`, no\ntimer and nothing of Node; `Date` tells the moment of the call. What a variable of the module holds may be gone at the\nnext call.',
    ...['Context', 'BeforeContext', 'Records', 'ListOptions', 'HttpRequest', 'HttpAnswer'].map((name) =>
      code(declaration(api, name)),
    ),
    `### secret\n\n${docOf(define, 'secret')}`,
    `### refuse\n\n${docOf(define, 'refuse')}`,
    '### decimal\n\nExact arithmetic on decimals and amounts, which are texts: `decimal.multiply(line.price.amount, line.quantity)`.',
    code(declaration(source('decimal.ts'), 'Arithmetic')),
    '## Values',
    'As records are read and written; types that are not here are texts, numbers, true and false.',
    code(valuesText(values)),
    limits(),
    errors(),
    commands(),
  ]
  return `${sections.join('\n\n')}\n`
}

/** What one call may use, by what is called: read off the table that the server goes by. */
function limits(): string {
  const kinds = (['before', 'action', 'job', 'migration'] as const).map((kind) => {
    const { sandbox, host } = limitsOf(kind)
    return { ...sandbox, ...host }
  })
  type Limit = keyof (typeof kinds)[number]
  const bytes = (value: number): string =>
    value >= 1_000_000 ? `${value / 1_000_000} MB` : `${Math.round(value / 1024)} kB`
  const count = (value: number): string => value.toLocaleString('en')
  const row = (label: string, name: Limit, say: (value: number) => string = count): string =>
    `| ${[label, `\`${name}\``, ...kinds.map((kind) => say(kind[name]))].join(' | ')} |`
  return `## Limits

What one call may use. Whoever wants more is ended with RL401, which names the limit, and nothing of the call is kept,
whatever the code made of it; time that runs out is RL406. A call on several records (a button on what was chosen, a
load) is given more, up to ${count(limitsOf('action', 500).host.queries)} queries and ${count(limitsOf('action', 500).host.writes)} writes.

| what | limit | while saving | after saving, buttons, routes | jobs | a page of a migration |
|---|---|---|---|---|---|
${[
  row('Time', 'wallMs', (ms) => `${count(ms / 1000)} s`),
  row('Time of a processor', 'cpuMs', (ms) => `${count(ms)} ms`),
  row('Memory', 'memoryMb', (mb) => `${mb} MB`),
  row('Calls to the host', 'hostCalls'),
  row('Of these at a time', 'pendingCalls'),
  row('Questions to the database', 'queries'),
  row('Writes', 'writes'),
  row('Records read', 'rowsRead'),
  row('Records written', 'rowsWritten'),
  row('Requests to other systems', 'httpCalls'),
  row('Waiting for them, together', 'httpMs', (ms) => `${count(ms / 1000)} s`),
  row('Of one answer', 'httpBytes', bytes),
  row('Mails', 'mails'),
  row('Jobs started', 'jobs'),
  row('What goes in, or comes out', 'payloadBytes', bytes),
  row('Lines of the log', 'logLines'),
  row('All of them together', 'logBytes', bytes),
].join('\n')}`
}

const code = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``

function files(): string {
  return `## Files

| file | what it is |
|---|---|
| \`plugin.ts\` | the code; other \`.ts\` files beside it are imported by it. Without it a plugin is metadata only |
| \`plugin.json\` | what it asks for, its secrets and settings |
| \`metadata/\` | a package like any other ([metadata.md](metadata.md)); \`package.json\` in it has the name and version of the plugin |
| \`metadata/actions/NAME.json\` | a button with a form, which the code carries out |
| \`plugin.test.ts\`, \`*.test.ts\` | tests, run by \`relata plugin test\` |
| \`relata.d.ts\` | types of entities, written by \`relata types\` and by every build |
| \`package.json\` | of npm, when the plugin has \`dependencies\`; they are bundled with it |
| \`README.md\` | shown to administrators |
| \`dist/NAME-VERSION.relata\` | what others install, written by \`relata plugin pack\` |`
}

/** Each kind of thing to grant once, as the example asks for it. */
function asked(): string {
  const seen = new Set<string>()
  const rows = asksOf(EXAMPLE.manifest, EXAMPLE.behaviour)
    .filter(({ kind }) => !seen.has(kind) && seen.add(kind))
    .map((ask) => `| ${askText(ask)} | \`${ask.key.replaceAll('|', '\\|')}\` |`)
  return `## Grants

What an administrator is asked, for example, and the key under which the answer is kept. A key stays the same from version
to version; an upgrade that asks for another one waits for an answer.

| may it … | key |
|---|---|
${rows.join('\n')}`
}

function partText({ name, options, event, result }: Part, api: string, define: string): string {
  const blocks = [options, ...event, ...result].flatMap((each) =>
    each === undefined ? [] : [code(declaration(api, each))],
  )
  const more = name === 'route' ? ['How calls are signed:', schemaTable(RouteSignature)] : []
  return [`### ${name}`, docOf(define, name), ...blocks, ...more].join('\n\n')
}

/** Without the header of the file. */
const valuesText = (text: string): string => text.slice(text.indexOf('\n\n') + 2).trim()

function errors(): string {
  const rows = Object.entries(ERRORS)
    .filter(([each]) => /^RL40[1-9]$/.test(each))
    .map(([each, { title, status }]) => `| ${each} | ${status} | ${title} | ${MENDS[each as ErrorCode] ?? ''} |`)
  return `## Errors

Of calls to the host, as \`error.code\` in a plugin, and of requests that a plugin had part in. Other codes are those of
[the API](http-api.md).

| code | status | what | what to do |
|---|---|---|---|
${rows.join('\n')}`
}

function commands(): string {
  const program = makeProgram()
  const named = (name: string): Command[] => program.commands.filter((command) => command.name() === name)
  const leaves = [...named('plugin').flatMap(leavesOf), ...named('types'), ...named('export')]
  const rows = leaves.map((command) => {
    const way = [
      ...pathOf(command),
      ...command.registeredArguments.map((one) => (one.required ? one.name() : `[${one.name()}]`)),
    ]
    return `| \`${way.join(' ')}\` | ${command.description()} |`
  })
  return `## Commands

\`--help\` behind each tells its options and shows examples.

| command | what it does |
|---|---|
${rows.join('\n')}`
}

const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
const pathOf = (command: Command): string[] => [...(command.parent ? pathOf(command.parent) : []), command.name()]

if (import.meta.main) {
  writeFileSync(REFERENCE, pluginReference())
  console.log(path.relative('', REFERENCE))
}
