// `npm run schemas`: writes sdk/schemas/*.json anew. A test compares, so that they never fall behind.
import { mkdir, writeFile } from 'node:fs/promises'
import { metadataSchemas } from './json-schema.ts'

const folder = new URL('../schemas/', import.meta.url)
await mkdir(folder, { recursive: true })
for (const [name, text] of Object.entries(metadataSchemas())) await writeFile(new URL(name, folder), text)
