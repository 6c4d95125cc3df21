/** Name of the private entry that our page objects carry: apps that save incrementally keep it. */
export const pageKey = 'CartablePage'
