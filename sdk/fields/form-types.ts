// Types of fields that may stand in a form that is no record's: of settings, of an action. What is computed, drawn by the
// database, or a list of other records, has no value of its own there.

/** Of settings. */
export const VALUE_TYPES: readonly string[] = [
  ...['text', 'long_text', 'number', 'decimal', 'money', 'percent', 'boolean', 'date', 'date_time'],
  ...['choice', 'multi_choice', 'email', 'phone', 'url', 'json'],
]

/** Of actions, which are started among records. */
export const FORM_TYPES: readonly string[] = [...VALUE_TYPES, 'address', 'person_name', 'reference', 'user']
