// The pages of one record, loaded when one is opened.
const found = import.meta.glob('../record/index.ts')
await Promise.all(Object.values(found).map((load) => load()))
