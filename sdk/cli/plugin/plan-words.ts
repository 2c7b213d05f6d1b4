// What an install would do, as text: what the plugin may then do, what it brings, what its code does anew. Pure.
import { textFor } from '../../fields/label.ts'
import type { Ask } from '../../plugin/asks.ts'
import { askLines } from '../../plugin/ask-words.ts'
import type { WireAsked, WirePluginPlan } from '../../wire/plugins.ts'
import { stepsText } from '../plan-text.ts'

const KINDS: Readonly<Record<WirePluginPlan['kind'], string>> = {
  install: 'would be installed',
  upgrade: 'would take the place of',
  downgrade: 'is older than, and would take the place of,',
  replace: 'would take the place of another package of the same version,',
  same: 'is installed already:',
}

export interface PluginTextOptions {
  withSql?: boolean
}

export function pluginPlanText(plan: WirePluginPlan, options: PluginTextOptions = {}): string {
  const { label, name, version, kind, installed, signer } = plan
  const before = installed ? ` ${name} ${installed.version}` : ''
  const title = `${textFor(label, 'en')} (${name} ${version}) ${KINDS[kind]}${before}.`
  const lines = [
    title,
    `  contents   ${plan.hash}`,
    `  signed by  ${signer ?? 'nobody'}`,
    ...askedText(plan.asks),
    ...metadataText(plan, options),
    ...section(
      'Its code:',
      plan.behaviour.map(({ text, kind: sign }) => `${sign === 'add' ? '+' : '-'} ${text}`),
    ),
    ...section(
      'Before it runs, it changes stored records:',
      plan.migrations.map((one) => `${textFor(one.label, 'en')} (${one.version})`),
    ),
    ...section(
      'Of these, at most all:',
      plan.reach.map((one) => `${textFor(one.label, 'en')} (${one.name}): ${one.records}`),
    ),
  ]
  return lines.join('\n')
}

function askedText(asks: readonly WireAsked[]): string[] {
  const those = (isGranted: boolean | null): Ask[] =>
    asks.filter((one) => one.isGranted === isGranted).map(({ ask }) => ask)
  const isFirst = asks.every((one) => one.isGranted === null)
  if (asks.length === 0) return ['', 'It asks for nothing: it works with its own records only.']
  return [
    ...section(isFirst ? 'It asks to:' : 'New, it asks to:', askLines(those(null))),
    ...section('It may already:', askLines(those(true))),
    ...section('Was refused before, and is asked for again:', askLines(those(false))),
  ]
}

function metadataText({ metadata }: WirePluginPlan, options: PluginTextOptions): string[] {
  if (!metadata || metadata.steps.length === 0) return []
  return ['', 'Tables and fields:', ...stepsText(metadata.steps, options)]
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]

/** What has to be agreed to by name, and why it is unusual. */
export const ACCEPT_WORDS: Readonly<Record<WirePluginPlan['needs'][number], string>> = {
  signer: 'it is signed by another key than the version that is installed',
  downgrade: 'it is older than the version that is installed',
  replace: 'it has the version that is installed, and other contents',
  package: 'there is a package of this name that no plugin brought',
}
