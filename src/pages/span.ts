/** From the least to the most, both included. */
export type Span = readonly [least: number, most: number]

export const isWithin = ([least, most]: Span, value: number): boolean => value >= least && value <= most
