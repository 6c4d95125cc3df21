/** What the pool and its worker say to each other: paths and plain data, no bytes. */
import type { FaultCode } from '../errors'
import type { BuiltBundle, BundleInput } from './bundle-input'
import type { CopyToCut, RecognisedPage, RecogniseLimits } from './recognised-page'

export type BundleJob =
  | { kind: 'build'; input: BundleInput; outFile: string }
  | { kind: 'recognise'; file: string; markKeyHex: string; limits: RecogniseLimits }
  | { kind: 'cut'; files: string[]; copies: CopyToCut[]; title: string; maxPages: number }
  | { kind: 'thumbnails'; file: string; pages: { index: number; rotationDegCw: number; outFile: string }[]; maxPages: number }

export type BundleJobResult = BuiltBundle | RecognisedPage[] | null

export type BundleJobAnswer = { ok: true; result: BundleJobResult } | { ok: false; fault: FaultCode | null; message: string }
