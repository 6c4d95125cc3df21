/** The code of a system or library error, by its shape: where it was made (another realm, a library of its own) does not matter. */
export const systemCodeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null
