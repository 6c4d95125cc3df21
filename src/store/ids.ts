/** Row identifiers: sortable by time of making, without meaning to people. */
import { randomBytes } from 'node:crypto'

/** 9 signs of time in base 36, 12 random hex digits: `m3kq7x2ab4f0c19d2e77`. */
export const newId = (now: Date): string => now.getTime().toString(36).padStart(9, '0') + randomBytes(6).toString('hex')
