// Catalogues by language: English is always there, in parts put together; the others are loaded when they are read in.
// A language is its files in studio/catalogue/ (`ru.ts`, `ru-record.ts`), nothing more.
import { en } from '../catalogue/en.ts'
import { enAccess } from '../catalogue/en-access.ts'
import { enActions } from '../catalogue/en-actions.ts'
import { enErrors } from '../catalogue/en-errors.ts'
import { enFields } from '../catalogue/en-fields.ts'
import { enLive } from '../catalogue/en-live.ts'
import { enOperation } from '../catalogue/en-operation.ts'
import { enPlugins } from '../catalogue/en-plugins.ts'
import { enRelationships } from '../catalogue/en-relationships.ts'
import { enRights } from '../catalogue/en-rights.ts'
import { enRecord } from '../catalogue/en-record.ts'
import { enRoles } from '../catalogue/en-roles.ts'

export const english = {
  ...en,
  ...enRecord,
  ...enFields,
  ...enErrors,
  ...enRelationships,
  ...enAccess,
  ...enActions,
  ...enPlugins,
  ...enLive,
  ...enOperation,
  ...enRights,
  ...enRoles,
}

type Texts = Readonly<Record<string, string>>
const others = import.meta.glob<Readonly<Record<string, Texts>>>(['../catalogue/*.ts', '!../catalogue/en*.ts'])

/** Languages of the interface itself. */
export const interfaceLanguages: readonly string[] = [
  ...new Set(['en', ...Object.keys(others).map((path) => /([a-z]+)(?:-[a-z]+)?\.ts$/.exec(path)?.[1] ?? '')]),
]

/** null: nothing but English is needed, or there. */
export async function loadCatalogue(language: string): Promise<Texts | null> {
  const files = Object.entries(others).filter(([path]) => new RegExp(`/${language}(-[a-z]+)?\\.ts$`).test(path))
  if (files.length === 0) return null
  const parts = await Promise.all(files.map(([, load]) => load()))
  return Object.assign({}, ...parts.flatMap((part) => Object.values(part)))
}
