// Rows in the text format of COPY (PostgreSQL, "COPY", File Formats): tab between columns, \N for null.

const SPECIAL = /[\\\t\n\r]/
const SPECIALS = /[\\\t\n\r]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** One line with its end. */
export function copyLine(line: number, cells: readonly (string | null)[]): string {
  let text = String(line)
  for (const cell of cells) {
    if (cell === null) text += '\t\\N'
    else
      text += `\t${SPECIAL.test(cell) ? cell.replace(SPECIALS, (character) => ESCAPES[character] ?? character) : cell}`
  }
  return `${text}\n`
}
