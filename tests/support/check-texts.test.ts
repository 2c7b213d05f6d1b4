// The lint rule that keeps words out of the studio's templates.
import { expect, test } from 'vitest'
import { templatesIn, textsIn } from '../../.ci/check-texts.ts'

test.each([
  ['text between tags', 'html`<p>Save</p>`'],
  ['text beside a gap', 'html`<p>${count} records</p>`'],
  ['text in a template within a template', 'html`<ul>${items.map((one) => html`<li>Item ${one}</li>`)}</ul>`'],
  ['an attribute that is read out', 'html`<button aria-label="Close"></button>`'],
  ['an attribute partly made of a gap', 'html`<input placeholder="Search ${name}" />`'],
  ['another script', 'html`<p>Сохранить</p>`'],
  ['a message', "toast('Saved')"],
])('refuses %s', (_, source) => {
  expect(textsIn(source)).toHaveLength(1)
})

test.each([
  ['texts of the catalogue', "html`<p title=${t('save')}>${t('save')}</p>`"],
  ['signs', 'html`<p>${a} · ${b} – 100 %&nbsp;…</p>`'],
  ['names of classes, icons and events', 'html`<a class="big" href="/x" @click=${go}>${icon(\'x\')}</a>`'],
  ['an empty alternative text', 'html`<img alt="" src="/icon.svg" />`'],
  ['other templates', 'css`p { color: red }` + `plain ${text}`'],
  [
    'comments, strings and expressions with quotes',
    "// it's\nconst a = /[`'\"]/.test(b) ? 'html' : \"`\"\nhtml`<p>${a}</p>`",
  ],
  ['comments in markup', 'html`<!-- why --><p></p>`'],
  ['comparisons in gaps', "html`<p>${a > b ? t('x') : nothing}</p>`"],
])('lets %s pass', (_, source) => {
  expect(textsIn(source)).toEqual([])
})

test('names the line', () => {
  expect(textsIn('const a = 1\nhtml`<p>\n  Save</p>`')[0]).toMatch(/^3: “Save” is literal text/)
})

test('templates keep their positions', () => {
  const source = 'x(html`<b>${`${y}`}</b>`)'
  expect(templatesIn(source)).toEqual([{ text: `<b>${'\u0001'.repeat(9)}</b>`, at: 7 }])
})
