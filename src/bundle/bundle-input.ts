/** What a pile is made from, as plain data: it crosses to the worker as JSON and names no table of the store. It refuses to know how a page was made. */
import type { BundleWords } from '../text/bundle-words'

/**
 * The states of CONVERSATION.md 1.4 as the cover shows them; a student may stand in several at once, shown in the order given.
 * `several`: work handed in by a group; `returned`: the corrected copy has gone back; `open`: not handed in, deadline not over; `unreachable`: "non joint"; `pending`: pages still being worked on.
 */
export type StudentState =
  | 'submitted'
  | 'late'
  | 'several'
  | 'question'
  | 'missing'
  | 'open'
  | 'unreachable'
  | 'excused'
  | 'absent'
  | 'extended'
  | 'pending'
  | 'returned'

/** `id` is the page's number in the database: at least 1, unique for ever, at most 2^35 - 1. It is what the marks say. */
export type BundlePage =
  | { id: number; kind: 'picture' /** Absolute path of a JPEG. */; file: string; widthPx: number; heightPx: number; original?: OriginalPage }
  /** Typed work; runs over as many sheets as it needs (at most 20), each with the mark of this page. */
  | { id: number; kind: 'typed'; text: string }
  /** Stand-in for an office document that rides beside the pile; `text`: what could be read of it, else read from the file at that absolute path. */
  | { id: number; kind: 'document'; filename: string; text: string | null; file?: string }
  /** `reason` is a sentence in the teacher's language. */
  | { id: number; kind: 'unreadable'; filename: string; reason: string }

/** The page of a PDF that a picture was made of: drawn itself where that is safe and no photo. */
export interface OriginalPage {
  /** Absolute path of the PDF. */
  file: string
  /** From 0. */
  index: number
  /** The picture was turned by that much beyond what the PDF says. */
  turnDegCw: number
}

export interface BundleStudent {
  /** Shown instead of a name in a script the font does not have. */
  id: string
  name: string
  states: StudentState[]
  /** ISO 8601; arrival. Null where nothing came. */
  submittedAt: string | null
  /** ISO 8601; signing time of the sender's provider, where it decides lateness. */
  postmarkedAt?: string | null
  late: boolean
  /** In order. Empty: on the cover only. */
  pages: BundlePage[]
  /** New end for this student (state `extended`). */
  extendedUntil?: string | null
  /** Pages of this student lie in that part of the pile (from 1); null or absent: in this one. */
  inPart?: number | null
  /** Changed since the last cover (addendum): marked on this one. */
  changed?: boolean
}

export interface BundleInput {
  school: string
  locale: 'fr' | 'en'
  /** IANA name, for every hour printed. */
  timezone: string
  /** As written for people: "3B". */
  className: string
  /** Four signs: "K7Q2". */
  code: string
  title: string
  teacherName: string
  /** ISO 8601; null: no deadline. */
  dueAt: string | null
  /** ISO 8601: the clock. Stands on the cover and in the file. */
  madeAt: string
  /** From 1; null: the pile is whole. */
  part: { index: number; count: number } | null
  /** Late work after the first pile: says so on the cover. */
  addendum?: boolean
  /** Each student starts on a front side (`COPIES RECTO`): white sheets are put between. */
  frontSides?: boolean
  /** False: the sheets alone, for a file of one student, who then stands in its title. */
  cover?: boolean
  /** Names are numbers: alternate texts say "copie 7", and documents do not ride along. */
  anonymous?: boolean
  /** 32 bytes as 64 hex digits: key of the marks. */
  markKey: string
  /** Every student of the class, roster order. */
  students: BundleStudent[]
  words: BundleWords
}

export interface BuiltBundle {
  bytes: number
  /** Sheets' sides in the file, covers included. */
  pages: number
  coverPages: number
  /** Page ids whose picture was missing or no readable JPEG: a sheet says so in its place. */
  damagedPageIds: number[]
}
