// Texts of the record pages (studio/record/).
export const enRecord = {} as const
