// Where files of this sdk are, as source in the repository and as built JavaScript in the package that others install.
import { fileURLToPath } from 'node:url'

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** @param path from sdk/, without extension: `plugin/index` */
export const sdkModule = (path: string): string => fileURLToPath(new URL(`../../${path}${extension}`, import.meta.url))

/** Packages that come with the sdk: base, system. */
export const METADATA_FOLDER: string = fileURLToPath(new URL('../../../metadata/', import.meta.url))
