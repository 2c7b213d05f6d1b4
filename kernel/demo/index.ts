// Sample data for a demo tenant: rows made from recipes that are data (metadata/demo/), and brought into the database.
//
//   const demo = readDemo('metadata/demo')            // files → one value; publish demo.packages before
//   await loadDemo(context, database, demo, {         // context of the system in that tenant
//     seed: 1, nowMs: Date.now(),                     // the same seed and now give the same records
//     existing: { 'system.user': [userId] },          // some records belong to who asked for the demo
//     onProgress: (part) => job.progress(part),       // 0–1, about 60 times
//   })
//
// About 94,000 records and 5,000 dated changes, in half a minute on two cores. A load that was cut off is not continued: what
// is there goes, and it is made again.
export { type DemoBatch, type DemoChange, type DemoOptions, demoRecords } from './generate.ts'
export { type DemoLoad, loadDemo } from './load.ts'
export { readDemo } from './read-demo.ts'
export type { Demo } from './recipe.ts'
