// Matches the patterns of text fields. All ways through a pattern are followed at once (Thompson's construction), so no
// pattern and no text can make it slow: at most steps of the pattern × characters of the text.
import { type Pattern, PatternFault, readPattern } from './pattern-syntax.ts'

type Step =
  | { kind: 'character'; test: (character: string) => boolean; next: number }
  | { kind: 'start' | 'end'; next: number }
  | { kind: 'split'; next: number; other: number }
  | { kind: 'match' }

const MAX_STEPS = 1000
const MAX_KEPT = 500
const kept = new Map<string, readonly Step[] | string>()

/** @returns what is wrong with the pattern, as a phrase; undefined when it can be used */
export function checkPattern(pattern: string): string | undefined {
  const steps = stepsOf(pattern)
  return typeof steps === 'string' ? steps : undefined
}

/** Is there a match anywhere in the text? `^` and `$` are its ends. A pattern that cannot be used matches nothing. */
export function matchesPattern(pattern: string, text: string): boolean {
  const steps = stepsOf(pattern)
  return typeof steps !== 'string' && new Run(steps).matches(text)
}

function stepsOf(pattern: string): readonly Step[] | string {
  const known = kept.get(pattern)
  if (known) return known
  const made = make(pattern)
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(pattern, made)
  return made
}

function make(pattern: string): readonly Step[] | string {
  try {
    const steps: Step[] = [{ kind: 'match' }]
    const first = append(steps, readPattern(pattern), 0)
    // The way in comes last, so that it is found without a number of its own.
    steps.push({ kind: 'split', next: first, other: first })
    return steps
  } catch (error) {
    if (error instanceof PatternFault) return error.message
    throw error
  }
}

/** Add the steps of a pattern that go on to `next`. @returns the first of them */
function append(steps: Step[], pattern: Pattern, next: number): number {
  if (steps.length > MAX_STEPS) throw new PatternFault('is too large')
  const put = (step: Step): number => steps.push(step) - 1
  switch (pattern.kind) {
    case 'character':
      return put({ kind: 'character', test: characterTest(pattern.source), next })
    case 'start':
    case 'end':
      return put({ kind: pattern.kind, next })
    case 'sequence':
      return pattern.items.reduceRight((after, item) => append(steps, item, after), next)
    case 'either':
      return pattern.items
        .map((item) => append(steps, item, next))
        .reduceRight((other, first) => put({ kind: 'split', next: first, other }))
    case 'repeat':
      return appendRepeat(steps, pattern, next)
  }
}

function appendRepeat(steps: Step[], { item, min, max }: Extract<Pattern, { kind: 'repeat' }>, next: number): number {
  let first = next
  if (max === Number.POSITIVE_INFINITY) {
    const loop: Extract<Step, { kind: 'split' }> = { kind: 'split', next, other: next }
    first = steps.push(loop) - 1
    loop.next = append(steps, item, first)
  } else {
    for (let count = min; count < max; count++) {
      const once = append(steps, item, first)
      first = steps.push({ kind: 'split', next: once, other: next }) - 1
    }
  }
  for (let count = 0; count < min; count++) first = append(steps, item, first)
  return first
}

const tests = new Map<string, (character: string) => boolean>()

/** The platform's own expressions decide about single characters, the usual ones once and for all. */
function characterTest(source: string): (character: string) => boolean {
  const known = tests.get(source)
  if (known) return known
  const expression = new RegExp(`^(?:${source})$`, 'u')
  const usual = Array.from({ length: 128 }, (_, code) => expression.test(String.fromCharCode(code)))
  const test = (character: string): boolean => usual[character.codePointAt(0) ?? 0] ?? expression.test(character)
  if (tests.size >= MAX_KEPT) tests.clear()
  tests.set(source, test)
  return test
}

class Run {
  private readonly steps: readonly Step[]
  /** For each step, the position at which it was reached last. */
  private readonly reached: number[]

  constructor(steps: readonly Step[]) {
    this.steps = steps
    this.reached = new Array<number>(steps.length).fill(-1)
  }

  matches(text: string): boolean {
    let waiting: number[] = []
    let position = 0
    for (const character of text) {
      const isStart = position === 0
      if (this.follow([...waiting, this.steps.length - 1], position, isStart, false)) return true
      waiting = this.advance(character, position)
      position++
    }
    return this.follow([...waiting, this.steps.length - 1], position, position === 0, true)
  }

  /** Mark every step that can be reached without a character. @returns true at a match */
  private follow(from: readonly number[], position: number, isStart: boolean, isEnd: boolean): boolean {
    const todo = [...from]
    for (let number = todo.pop(); number !== undefined; number = todo.pop()) {
      if (this.reached[number] === position) continue
      this.reached[number] = position
      const step = this.steps[number]
      if (step?.kind === 'match') return true
      if (step?.kind === 'split') todo.push(step.next, step.other)
      else if ((step?.kind === 'start' && isStart) || (step?.kind === 'end' && isEnd)) todo.push(step.next)
    }
    return false
  }

  private advance(character: string, position: number): number[] {
    return this.steps.flatMap((step, number) =>
      step.kind === 'character' && this.reached[number] === position && step.test(character) ? [step.next] : [],
    )
  }
}
