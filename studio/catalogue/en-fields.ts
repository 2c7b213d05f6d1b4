// Texts of cells, editors and filters (studio/fields/).
export const enFields = {
  'fields.yes': 'Yes',
  'fields.no': 'No',
  'fields.required': 'This field is required.',
  'fields.requiredMark': 'Required',
  'fields.secret.set': '••••••',
  'refusal.too_small': 'Must be at least {{min}}.',
} as const
