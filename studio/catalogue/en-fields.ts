// Texts of cells, editors and filters (studio/fields/).
export const enFields = {} as const
