/** What goes to and comes from the making of drawings, as plain data: it crosses between processes. */

export interface WantedDrawing {
  pageId: number
  /** Of the page in the PDF, from 0. */
  index: number
  /** Turned beyond what the PDF says, degrees clockwise. */
  turnDegCw: number
  /** Path of the page's JPEG. */
  picture: string
}

/** Number of an object of the file, and where its bytes begin and end. */
export type DrawnObject = [number: number, start: number, end: number]

export interface Drawing {
  pageId: number
  /** Number of the form among the objects. */
  form: number
  /** Points, upright. */
  width: number
  height: number
  hasText: boolean
}

export interface RedrawnFile {
  objects: DrawnObject[]
  drawings: Drawing[]
}

/** Drawings for one pile: files whose objects it takes over, all numbered apart. */
export interface Redrawn extends RedrawnFile {
  file: string
}
