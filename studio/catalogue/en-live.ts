// Texts of what others do while a page is open (studio/app/live.ts).
export const enLive = {
  'live.changed': 'Somebody has changed this just now. What you typed stays; saving shows where the two meet.',
  'live.changedBy': '{{name}} has changed this just now. What you typed stays; saving shows where the two meet.',
  'live.deleted': 'Somebody has deleted this record just now.',
} as const
